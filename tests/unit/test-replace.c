/* SPDX-License-Identifier: MIT */
/* cfgw_replace() without a daemon: what becomes of the file, and of what is beside it. */
#include "replacing.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define UNKNOWN "datastore: new\n\tpath /new\n\tnew-key 1\n"
#define BROKEN "datastore: new\n\tpath /new\n# comment\n"

/* ----------------------------------------------------------------- content */

static void the_file_gets_the_new_content(void **state)
{
        const char *path = replacing_file(state, OLD);

        assert_int_equal(replacing(state, path, NEW), 0);
        replacing_assert_content(state, path, NEW);
        replacing_assert_no_litter(state);
        assert_int_equal(replacing(state, path, ""), 0);
        replacing_assert_content(state, path, "");
        replacing_assert_no_litter(state);
}

static void the_same_bytes_are_not_written(void **state)
{
        const char *path = replacing_file(state, OLD);
        struct stat before = replacing_stat(path), after;

        assert_int_equal(replacing(state, path, OLD), 0);
        after = replacing_stat(path);
        assert_true(before.st_ino == after.st_ino);
        assert_int_equal(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
        replacing_assert_no_litter(state);
}

static void what_a_killed_writer_left_is_removed(void **state)
{
        const char *path = replacing_file(state, OLD);
        const char *temporary = testing_path(state, "etc/.datastore.cfg.cfgwatch");

        testing_write_file(temporary, "half a te");
        assert_int_equal(replacing(state, path, NEW), 0);
        replacing_assert_content(state, path, NEW);
        replacing_assert_no_litter(state);
        testing_write_file(temporary, "half a te");
        assert_int_equal(replacing(state, path, NEW), 0); /* the same bytes */
        replacing_assert_no_litter(state);
}

/* Somebody who can write into the directory must not have us write through his link. */
static void a_link_with_the_temporary_name_is_not_followed(void **state)
{
        const char *path = replacing_file(state, OLD), *victim = testing_path(state, "victim");

        testing_write_file(victim, "untouched");
        assert_int_equal(symlink(victim, testing_path(state, "etc/.datastore.cfg.cfgwatch")), 0);
        assert_int_equal(replacing(state, path, NEW), 0);
        replacing_assert_content(state, victim, "untouched");
        assert_true(S_ISREG(replacing_stat(path).st_mode));
        replacing_assert_no_litter(state);
}

static void a_missing_file_is_made(void **state)
{
        const char *path = replacing_file(state, NULL);
        struct stat stat;

        if (geteuid() == 0)
                assert_int_equal(chown(testing_path(state, "etc"), USER, GROUP), 0);
        assert_int_equal(replacing(state, path, NEW), 0);
        replacing_assert_content(state, path, NEW);
        stat = replacing_stat(path);
        assert_int_equal(stat.st_mode, S_IFREG | 0640);
        assert_int_equal(stat.st_uid, geteuid());
        assert_int_equal(stat.st_gid, geteuid() == 0 ? GROUP : getegid());
        replacing_assert_no_litter(state);
}

static void an_empty_text_makes_a_missing_file(void **state)
{
        const char *path = replacing_file(state, NULL);

        assert_int_equal(replacing(state, path, ""), 0);
        replacing_assert_content(state, path, "");
}

static void refused_content_leaves_everything_as_it_is(void **state)
{
        const char *path = replacing_file(state, OLD);
        cfgw_client *client = replacing_client(state, path);
        cfgw_replacement replacement = {.data = BROKEN, .size = strlen(BROKEN)};
        cfgw_report *report = NULL;

        assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, &report), -EBADMSG);
        assert_int_equal(cfgw_report_count(report), 1);
        assert_int_equal(cfgw_report_line(report, 0), 3);
        assert_true(cfgw_report_is_error(report, 0));
        cfgw_report_free(report);
        replacement.data = UNKNOWN;
        replacement.size = strlen(UNKNOWN);
        assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, NULL), -EBADMSG);
        replacing_assert_content(state, path, OLD);
        assert_int_equal(replacing_count_entries(testing_path(state, "etc")),
                         1); /* not even the lock */
        replacement.flags = CFGW_REPLACE_TOLERANT;
        replacement.timeout_usec = CFGW_FOREVER;
        assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, &report), 0);
        assert_int_equal(cfgw_report_count(report), 1);
        assert_false(cfgw_report_is_error(report, 0));
        cfgw_report_free(report);
        replacing_assert_content(state, path, UNKNOWN);
        cfgw_client_unref(client);
}

static void the_format_of_the_domain_is_asked_for(void **state)
{
        const char *text = "; a comment\n[store]\npath = /1\n", *path = replacing_file(state, OLD);
        const cfgw_replacement replacement = {
                .data = text,
                .size = strlen(text),
                .timeout_usec = CFGW_FOREVER,
        };
        cfgw_client *client;

        assert_int_equal(replacing(state, path, text), -EBADMSG);
        client = replacing_client(state, path);
        assert_int_equal(cfgw_client_set_format(client, "datastore", CFGW_FORMAT_INI), 0);
        assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, NULL), 0);
        replacing_assert_content(state, path, text);
        cfgw_client_unref(client);
}

/* A source that is told too late would be -EBUSY otherwise. */
static void a_source_may_be_told_after_the_first_try(void **state)
{
        const char *path = replacing_file(state, OLD);
        const cfgw_replacement replacement = {
                .data = NEW,
                .size = strlen(NEW),
                .timeout_usec = CFGW_FOREVER,
        };
        cfgw_client *client;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, NULL), -ENODATA);
        assert_int_equal(cfgw_client_set_source(client, "datastore", path), 0);
        assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, NULL), 0);
        replacing_assert_content(state, path, NEW);
        cfgw_client_unref(client);
}

/* As on a full disk: the first half of the text is written, and there is no room for the rest. */
static void a_text_that_does_not_fit_leaves_the_old_file(void **state)
{
        const char *path = replacing_file(state, OLD);
        cfgw_client *client = replacing_client(state, path);
        char text[8192] = NEW "\tcomment ";
        int status;
        pid_t pid;

        for (size_t i = 1; strlen(text) < sizeof(text) - 100; i++)
                sprintf(text + strlen(text), "%c\n\ndatastore: s%03zu\n\tpath /1\n\tcomment ", 'c',
                        i);
        strcat(text, "\n");
        pid = fork();
        if (pid == 0) {
                const struct rlimit limit = {4096, 4096};
                const cfgw_replacement replacement = {
                        .data = text,
                        .size = strlen(text),
                        .timeout_usec = CFGW_FOREVER,
                };

                signal(SIGXFSZ, SIG_IGN);
                setrlimit(RLIMIT_FSIZE, &limit);
                _exit(-cfgw_replace(client, "datastore", &replacement, NULL, NULL));
        }
        assert_true(pid > 0);
        cfgw_client_unref(client);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), EFBIG);
        replacing_assert_content(state, path, OLD);
        replacing_assert_no_litter(state);
}

/* ------------------------------------------------------------ lost updates */

static void the_expected_content_may_be_replaced(void **state)
{
        const char *path = replacing_file(state, OLD);

        assert_int_equal(replacing_expecting(state, path, NEW, OLD), 0);
        replacing_assert_content(state, path, NEW);
}

static void an_edit_by_somebody_else_is_not_lost(void **state)
{
        const char *path = replacing_file(state, UNKNOWN);

        assert_int_equal(replacing_expecting(state, path, NEW, OLD), -ESTALE);
        replacing_assert_content(state, path, UNKNOWN);
        replacing_assert_no_litter(state);
        /* Nor if he wrote what we want to write. */
        assert_int_equal(replacing_expecting(state, path, UNKNOWN, OLD), -EBADMSG);
        testing_write_file(path, NEW);
        assert_int_equal(replacing_expecting(state, path, NEW, OLD), -ESTALE);
}

static void a_missing_file_counts_as_empty(void **state)
{
        const char *path = replacing_file(state, NULL);

        assert_int_equal(replacing_expecting(state, path, NEW, OLD), -ESTALE);
        assert_int_equal(replacing_expecting(state, path, NEW, ""), 0);
        replacing_assert_content(state, path, NEW);
        assert_int_equal(replacing_expecting(state, path, OLD, ""), -ESTALE);
}

/* -------------------------------------------------------------------- lock */

static int hold_lock(void **state)
{
        int fd =
                open(testing_path(state, "etc/.datastore.lck"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(flock(fd, LOCK_EX), 0);
        return fd;
}

static void a_taken_lock_is_waited_for_until_the_time_is_over(void **state)
{
        const char *path = replacing_file(state, OLD);
        const cfgw_replacement replacement = {
                .data = NEW,
                .size = strlen(NEW),
                .timeout_usec = SOON_USEC,
        };
        int fd = hold_lock(state);
        uint64_t begin = testing_now();

        assert_int_equal(replacing_with(state, path, &replacement), -ETIMEDOUT);
        assert_true(testing_now() - begin >= SOON_USEC);
        replacing_assert_content(state, path, OLD);
        close(fd);
        assert_int_equal(replacing_with(state, path, &replacement), 0);
        replacing_assert_content(state, path, NEW);
}

static void a_lock_that_is_given_back_is_taken(void **state)
{
        const char *path = replacing_file(state, OLD);
        int fd = hold_lock(state), status;
        pid_t pid = fork();

        if (pid == 0) /* the lock is dropped in the child, while the parent waits for it */
                _exit(usleep(SOON_USEC) == 0 && flock(fd, LOCK_UN) == 0 ? 0 : 1);
        assert_true(pid > 0);
        assert_int_equal(replacing(state, path, NEW), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        close(fd);
        replacing_assert_content(state, path, NEW);
}

/* Swaps @link over to "new" as soon as somebody waits for the lock, then gives that back. */
static pid_t swap_when_waited_for(void **state, int lock, const char *link)
{
        const char *next = testing_path(state, "next");
        pid_t pid = fork();

        if (pid == 0)
                _exit(usleep(SOON_USEC) == 0 && symlink("new", next) == 0 &&
                                      rename(next, link) == 0 && flock(lock, LOCK_UN) == 0
                              ? 0
                              : 1);
        assert_true(pid > 0);
        return pid;
}

/* As releases of a config are swapped. What is written must be what the path leads to. */
static void a_link_that_is_swapped_meanwhile_is_followed_anew(void **state)
{
        const char *path = replacing_file(state, OLD), *link = testing_path(state, "now");
        int fd = hold_lock(state), status;
        pid_t pid;

        assert_int_equal(mkdir(testing_path(state, "new"), 0755), 0);
        testing_write_file(testing_path(state, "new/datastore.cfg"), OLD);
        assert_int_equal(symlink("etc", link), 0);
        pid = swap_when_waited_for(state, fd, link);
        assert_int_equal(replacing(state, testing_path(state, "now/datastore.cfg"), NEW), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        close(fd);
        replacing_assert_content(state, path, OLD);
        replacing_assert_content(state, testing_path(state, "new/datastore.cfg"), NEW);
        replacing_assert_no_litter(state);
}

/* Its holder has another file than the one of this name. */
static void a_lock_file_that_was_replaced_does_not_count(void **state)
{
        const char *path = replacing_file(state, OLD),
                   *lock = testing_path(state, "etc/.datastore.lck");
        int fd = hold_lock(state);

        assert_int_equal(unlink(lock), 0);
        assert_int_equal(replacing(state, path, NEW), 0);
        replacing_assert_content(state, path, NEW);
        close(fd);
}

static void the_lock_file_is_the_sources_and_stays(void **state)
{
        const char *path = replacing_file(state, OLD),
                   *lock = testing_path(state, "etc/.datastore.lck");
        struct stat first, second;

        if (geteuid() == 0)
                assert_int_equal(chown(path, USER, GROUP), 0);
        assert_int_equal(replacing(state, path, NEW), 0);
        first = replacing_stat(lock);
        assert_int_equal(first.st_mode, S_IFREG | 0660);
        assert_int_equal(first.st_nlink, 1);
        if (geteuid() == 0) {
                assert_int_equal(first.st_uid, USER);
                assert_int_equal(first.st_gid, GROUP);
        }
        testing_write_file(lock, "somebody's");
        assert_int_equal(replacing(state, path, OLD), 0);
        second = replacing_stat(lock);
        assert_true(first.st_ino == second.st_ino);
        replacing_assert_content(state, lock, "somebody's");
}

static void a_name_without_the_suffix_is_locked_as_it_is(void **state)
{
        replacing_file(state, NULL);
        testing_write_file(testing_path(state, "etc/stores.ini.cfgx"), OLD);
        assert_int_equal(replacing(state, testing_path(state, "etc/stores.ini.cfgx"), NEW), 0);
        assert_int_equal(access(testing_path(state, "etc/.stores.ini.cfgx.lck"), F_OK), 0);
}

static void a_domain_without_a_known_file_cannot_be_replaced(void **state)
{
        const cfgw_replacement replacement = {.data = NEW, .size = strlen(NEW)};
        cfgw_client *client;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, NULL), -ENODATA);
        cfgw_client_unref(client);
}

static void bad_arguments_are_refused(void **state)
{
        cfgw_client *client = replacing_client(state, replacing_file(state, OLD));
        cfgw_replacement good = {.data = NEW, .size = strlen(NEW)}, bad = good;

        assert_int_equal(cfgw_replace(NULL, "datastore", &good, NULL, NULL), -EINVAL);
        assert_int_equal(cfgw_replace(client, NULL, &good, NULL, NULL), -EINVAL);
        assert_int_equal(cfgw_replace(client, "Bad", &good, NULL, NULL), -EINVAL);
        assert_int_equal(cfgw_replace(client, "datastore", NULL, NULL, NULL), -EINVAL);
        bad.data = NULL;
        assert_int_equal(cfgw_replace(client, "datastore", &bad, NULL, NULL), -EINVAL);
        bad = good;
        bad.flags = 2;
        assert_int_equal(cfgw_replace(client, "datastore", &bad, NULL, NULL), -EINVAL);
        bad = good;
        bad.expected_digest = "abc";
        assert_int_equal(cfgw_replace(client, "datastore", &bad, NULL, NULL), -EINVAL);
        bad = good;
        bad.size = ((size_t)128 << 20) + 1;
        assert_int_equal(cfgw_replace(client, "datastore", &bad, NULL, NULL), -EFBIG);
        replacing_assert_content(state, testing_path(state, "etc/datastore.cfg"), OLD);
        cfgw_client_unref(client);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_file_gets_the_new_content),
                TEST(the_same_bytes_are_not_written),
                TEST(what_a_killed_writer_left_is_removed),
                TEST(a_link_with_the_temporary_name_is_not_followed),
                TEST(a_missing_file_is_made),
                TEST(an_empty_text_makes_a_missing_file),
                TEST(refused_content_leaves_everything_as_it_is),
                TEST(a_text_that_does_not_fit_leaves_the_old_file),
                TEST(the_format_of_the_domain_is_asked_for),
                TEST(a_source_may_be_told_after_the_first_try),
                TEST(the_expected_content_may_be_replaced),
                TEST(an_edit_by_somebody_else_is_not_lost),
                TEST(a_missing_file_counts_as_empty),
                TEST(a_taken_lock_is_waited_for_until_the_time_is_over),
                TEST(a_lock_that_is_given_back_is_taken),
                TEST(a_link_that_is_swapped_meanwhile_is_followed_anew),
                TEST(a_lock_file_that_was_replaced_does_not_count),
                TEST(the_lock_file_is_the_sources_and_stays),
                TEST(a_name_without_the_suffix_is_locked_as_it_is),
                TEST(a_domain_without_a_known_file_cannot_be_replaced),
                TEST(bad_arguments_are_refused),
        };

        return TESTING_RUN(tests);
}
