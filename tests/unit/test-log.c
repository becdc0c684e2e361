/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Redirects stderr to a file; returns the fd to restore. */
static int redirect(const char *path)
{
        int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        assert_true(saved >= 0 && fd >= 0);
        dup2(fd, STDERR_FILENO);
        close(fd);
        return saved;
}

static void restore(int saved)
{
        dup2(saved, STDERR_FILENO);
        close(saved);
}

static void test_lines_above_the_level_are_dropped(void **state)
{
        const char *path = testing_path(state, "log");
        int saved = redirect(path);

        log_set_level(LOG_WARNING);
        log_info("not this");
        log_warning("but %s", "this");
        log_error("and this");
        restore(saved);
        assert_string_equal(testing_read_file(state, path),
                            "cfgwatchd: warning: but this\ncfgwatchd: error: and this\n");
}

static void test_message_stays_one_line_whatever_is_in_it(void **state)
{
        const char *path = testing_path(state, "log");
        char longest[3000];
        int saved = redirect(path);
        char *text;

        memset(longest, 'x', sizeof(longest));
        longest[sizeof(longest) - 1] = '\0';
        log_set_level(LOG_INFO);
        log_notice("a\nb\x1b[31m");
        log_notice("\xc2\x80 \xc2\x9f \xc2\xa0 \xc3\x80 \xc2");
        log_notice("%s", longest);
        restore(saved);
        text = testing_read_file(state, path);
        assert_int_equal(strncmp(text, "cfgwatchd: a?b?[31m\n", 20), 0);
        text += 20;
        assert_int_equal(strncmp(text, "cfgwatchd: ?? ?? \xc2\xa0 \xc3\x80 \xc2\n", 25), 0);
        text += 25;
        assert_int_equal(strlen(text), 1023);
        assert_int_equal(text[strlen(text) - 1], '\n');
}

static void test_journal_gets_priorities(void **state)
{
        const char *path = testing_path(state, "log");
        int saved = redirect(path);
        char identity[64];
        struct stat stat;

        fstat(STDERR_FILENO, &stat);
        snprintf(identity, sizeof(identity), "%llu:%llu", (unsigned long long)stat.st_dev,
                 (unsigned long long)stat.st_ino);
        setenv("JOURNAL_STREAM", identity, 1);
        log_set_level(LOG_INFO);
        log_error("wrong");
        log_info("fine");
        unsetenv("JOURNAL_STREAM");
        restore(saved);
        assert_string_equal(testing_read_file(state, path), "<3>wrong\n<6>fine\n");
}

/* Who started the daemon holds the other end and does something else. */
static void test_full_pipe_loses_lines_and_says_so(void **state)
{
        int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), ends[2];
        char text[4096];
        ssize_t n;

        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        dup2(ends[1], STDERR_FILENO);
        close(ends[1]);
        log_set_level(LOG_INFO);
        for (int i = 0; i < 100000; i++)
                log_info("line %d", i);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        do
                n = read(ends[0], text, sizeof(text));
        while (n > 0);
        log_info("back again");
        n = read(ends[0], text, sizeof(text) - 1);
        restore(saved);
        assert_true(n > 0);
        text[n] = '\0';
        assert_memory_equal(text, "cfgwatchd: warning: ", 20);
        assert_non_null(strstr(text, " lines of the log were lost"));
        assert_non_null(strstr(text, "\ncfgwatchd: back again\n"));
        assert_in_range(atoi(text + 20), 90000, 100000);
        close(ends[0]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_lines_above_the_level_are_dropped),
                TEST(test_message_stays_one_line_whatever_is_in_it),
                TEST(test_journal_gets_priorities),
                TEST(test_full_pipe_loses_lines_and_says_so),
        };

        return TESTING_RUN(tests);
}
