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
        log_notice("%s", longest);
        restore(saved);
        text = testing_read_file(state, path);
        assert_int_equal(strncmp(text, "cfgwatchd: a?b?[31m\n", 20), 0);
        assert_int_equal(strlen(text), 20 + 1023);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_lines_above_the_level_are_dropped),
                TEST(test_message_stays_one_line_whatever_is_in_it),
                TEST(test_journal_gets_priorities),
        };

        return TESTING_RUN(tests);
}
