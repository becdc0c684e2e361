/* SPDX-License-Identifier: MIT */
/*
 * A start without room: the daemon says which directory is full and ends with status 1, for whoever
 * started it to try again; with room it starts as if nothing had been.
 */
#include "harness.h"

#include "util.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* Mounts a full file system there, in a mount namespace of the program's own. */
static void fill(struct harness *harness, const char *directory)
{
        static int entered = -1;

        if (entered < 0)
                entered = unshare(CLONE_NEWNS) == 0 &&
                          mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
        if (!entered)
                SKIP("no mount namespace to be had here");
        assert_int_equal(mkdir(directory, 0755), 0);
        assert_int_equal(mount("none", directory, "tmpfs", 0, "size=256k,mode=755"), 0);
        setenv("FULL", directory, 1);
        harness_shell(harness, "! dd if=/dev/zero of=\"$FULL/ballast\" bs=4k count=65");
}

static void expect_end(struct harness *harness, const char *words)
{
        _cleanup_free_ char *options = format_string("--watch datastore=%s", harness->file);
        pid_t pid;
        const char *log;

        assert_non_null(options);
        harness_launch(harness, options);
        pid = harness->daemon;
        harness->daemon = 0;
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 1);
        log = testing_read_file(&harness->testing, harness->daemon_log);
        assert_non_null(log);
        if (!strstr(log, words))
                fail_msg("the log does not say '%s'", words);
}

static void expect_start_with_room(struct harness *harness, const char *directory)
{
        harness_shell(harness, "rm \"$FULL/ballast\"");
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        harness_expect_content(harness, "v0");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        cfgw_reader_free(harness->reader); /* they keep the board mapped */
        cfgw_client_unref(harness->client);
        harness->reader = NULL;
        harness->client = NULL;
        assert_int_equal(umount2(directory, MNT_DETACH), 0);
}

static void runtime_directory_without_room(void **state)
{
        struct harness *harness = *state;
        _cleanup_free_ char *words =
                format_string("cannot make the board in %s: No space left", harness->runtime);

        fill(harness, harness->runtime);
        harness_save(harness, "v0");
        expect_end(harness, words);
        expect_start_with_room(harness, harness->runtime);
}

static void state_directory_without_room(void **state)
{
        struct harness *harness = *state;
        _cleanup_free_ char *words = format_string("cannot keep the contents of domain datastore "
                                                   "in %s and %s: No space left",
                                                   harness->state, harness->runtime);

        fill(harness, harness->state);
        harness_save(harness, "v0");
        expect_end(harness, words);
        expect_start_with_room(harness, harness->state);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(runtime_directory_without_room),
                SYSTEM_TEST(state_directory_without_room),
        };

        return TESTING_RUN(tests);
}
