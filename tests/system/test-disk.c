/* SPDX-License-Identifier: MIT */
/*
 * A disk that takes its time, with the real daemon: its thread that waits for the disk is held by
 * ptrace(2), as if fsync(2) did not return.
 */
#include "harness.h"

#include "util.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define EDITS 5

/* The daemon's thread beside the loop. */
static pid_t disk_thread(const struct harness *harness)
{
        _cleanup_free_ char *path = format_string("/proc/%d/task", (int)harness->daemon);
        DIR *tasks = opendir(path);
        pid_t thread = 0;

        if (!tasks)
                SKIP("there is no /proc here");
        for (struct dirent *entry; (entry = readdir(tasks));) {
                pid_t pid = (pid_t)atoi(entry->d_name);

                if (pid > 0 && pid != harness->daemon)
                        thread = pid;
        }
        closedir(tasks);
        assert_true(thread > 0);
        return thread;
}

static void hold(pid_t thread)
{
        int status;

        if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) < 0)
                SKIP("ptrace(2) is not permitted here");
        assert_int_equal(ptrace(PTRACE_INTERRUPT, thread, NULL, NULL), 0);
        assert_int_equal(waitpid(thread, &status, __WALL), thread);
        assert_true(WIFSTOPPED(status));
}

static void let_go(pid_t thread)
{
        assert_int_equal(ptrace(PTRACE_DETACH, thread, NULL, NULL), 0);
}

static bool is_in_force(struct harness *harness, const char *domain, uint64_t generation)
{
        uint64_t found;

        return cfgw_client_sync(harness->client, domain, TEST_PATIENCE_USEC, &found) == 0 &&
               found == generation;
}

static void test_edits_arrive_while_the_disk_is_stuck(void **state)
{
        struct harness *harness = *state;
        const char *other = testing_path(&harness->testing, "etc/other");
        _cleanup_free_ char *options = format_string("--watch other=%s", other);
        pid_t thread;

        assert_non_null(options);
        harness_save(harness, "v0");
        harness_save_at(harness, other, "o0");
        harness_start(harness, options);
        harness_expect_generation(harness, 1);
        thread = disk_thread(harness);
        hold(thread);
        for (uint64_t i = 2; i <= EDITS; i++) {
                char tag[8];

                snprintf(tag, sizeof(tag), "v%u", (unsigned int)i);
                harness_save(harness, tag);
                harness_expect_generation(harness, i);
                harness_expect_content(harness, tag);
                snprintf(tag, sizeof(tag), "o%u", (unsigned int)i);
                harness_save_at(harness, other, tag);
                assert_true(is_in_force(harness, "other", i));
        }
        assert_true(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        let_go(thread);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_start(harness, options); /* and nothing of it is lost */
        harness_expect_generation(harness, EDITS);
        harness_expect_content(harness, "v5");
        harness_shell(harness, "cd ../state/datastore && test $(ls *.cfg | wc -l) = 5 && "
                               "sha256sum --quiet --check *.sha256");
}

/* Killed before anything of it is on the disk: the kernel has it all. */
static void test_daemon_that_is_killed_loses_nothing(void **state)
{
        struct harness *harness = *state;
        pid_t thread;
        int status;

        harness_save(harness, "v0");
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        thread = disk_thread(harness);
        hold(thread);
        harness_save(harness, "v1");
        harness_expect_generation(harness, 2);
        harness_save(harness, "v2");
        harness_expect_generation(harness, 3);
        assert_int_equal(kill(harness->daemon, SIGKILL), 0);
        assert_int_equal(waitpid(thread, &status, __WALL),
                         thread); /* who traces it is asked first */
        assert_int_equal(harness_stop(harness, SIGKILL), 128 + SIGKILL);
        harness_start(harness, "");
        harness_expect_generation(harness, 3);
        harness_expect_content(harness, "v2");
        harness_shell(harness, "cd ../state/datastore && test $(ls *.cfg | wc -l) = 3 && "
                               "sha256sum --quiet --check *.sha256");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(test_edits_arrive_while_the_disk_is_stuck),
                SYSTEM_TEST(test_daemon_that_is_killed_loses_nothing),
        };

        return TESTING_RUN(tests);
}
