/* SPDX-License-Identifier: MIT */
/*
 * What the kernel does not grant: in a user namespace of the program's own the limits of
 * inotify are set to nothing. Then files are polled, that is shown, and it ends by itself when
 * the limits are raised.
 */
#include "harness.h"

#include "util.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define INSTANCES "/proc/sys/user/max_inotify_instances"
#define WATCHES "/proc/sys/user/max_inotify_watches"
#define OPTIONS "--ttl 0.5 --settle-confirm 0.2"

static int write_text(const char *path, const char *text)
{
        int fd = open(path, O_WRONLY | O_CLOEXEC), r;

        if (fd < 0)
                return -1;
        r = write_all(fd, text, strlen(text));
        close(fd);
        return r;
}

/* The program has one thread as long as no test has begun. */
static bool enter_user_namespace(void)
{
        char uids[64], gids[64];

        snprintf(uids, sizeof(uids), "0 %u 1\n", (unsigned int)geteuid());
        snprintf(gids, sizeof(gids), "0 %u 1\n", (unsigned int)getegid());
        return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") == 0 &&
               write_text("/proc/self/uid_map", uids) == 0 &&
               write_text("/proc/self/gid_map", gids) == 0;
}

static void limit(const char *path, const char *number)
{
        static int entered = -1;

        if (entered < 0)
                entered = enter_user_namespace();
        if (!entered || write_text(path, number) < 0)
                SKIP("no user namespace to be had here, or no limits in it");
}

static bool is_watching(struct harness *harness, const char *how)
{
        json_t *status = harness_status(harness);
        bool is = strcmp(json_string_value(json_object_get(status, "watching")), how) == 0;

        json_decref(status);
        return is;
}

/* Whether it says of itself that changes may be found late because of a limit. */
static bool is_degraded(struct harness *harness)
{
        json_t *status = harness_status(harness);
        const char *reason = json_string_value(json_object_get(harness_domain(status), "degraded"));
        bool is = reason && strstr(reason, "cannot watch");

        json_decref(status);
        return is;
}

/* Saves, by rename and in place, and expects each to be found by @found alone. */
static void expect_found_by(struct harness *harness, const char *found, uint64_t generation)
{
        uint64_t before = harness_number(harness, "found", found);

        harness_save(harness, "v1");
        harness_expect_generation(harness, generation);
        harness_save_at(harness, harness->file, "v2");
        harness_expect_generation(harness, generation + 1);
        harness_expect_content(harness, "v2");
        assert_int_equal(harness_number(harness, "found", found), before + 2);
}

static void expect_polling_until_raised(struct harness *harness, const char *path)
{
        assert_true(is_degraded(harness));
        expect_found_by(harness, "poll", 2);
        assert_int_equal(harness_number(harness, "found", "event"), 0);
        limit(path, "1000");
        WAIT_FOR(!is_degraded(harness));
        assert_true(is_watching(harness, "inotify"));
        expect_found_by(harness, "event", 4);
        assert_int_equal(harness_number(harness, "found", "poll"), 2);
        lookout_assert(harness->lookout, "v0 v1 v2 v1 v2");
}

static void begin(struct harness *harness)
{
        harness_save(harness, "v0");
        harness_start(harness, OPTIONS);
        harness_expect_generation(harness, 1);
        harness_look_out(harness);
}

static void no_instance(void **state)
{
        struct harness *harness = *state;

        limit(INSTANCES, "0");
        begin(harness);
        assert_true(is_watching(harness, "polling"));
        expect_polling_until_raised(harness, INSTANCES);
}

static void no_watch(void **state)
{
        struct harness *harness = *state;

        limit(WATCHES, "0");
        begin(harness);
        expect_polling_until_raised(harness, WATCHES);
}

/* Of the directories on the way some can be watched, the file's own cannot. */
static void too_few_watches(void **state)
{
        struct harness *harness = *state;

        limit(WATCHES, "2");
        begin(harness);
        expect_polling_until_raised(harness, WATCHES);
}

/* The limit is reached when the directory has moved and must be watched anew. */
static void no_watch_for_what_came_later(void **state)
{
        struct harness *harness = *state;

        limit(WATCHES, "1000");
        begin(harness);
        assert_false(is_degraded(harness));
        limit(WATCHES, "1");
        harness_shell(harness, "cd ..; mv etc previous; mkdir etc; cp previous/datastore.cfg etc/");
        WAIT_FOR(is_degraded(harness));
        limit(WATCHES, "1000");
        WAIT_FOR(!is_degraded(harness));
        expect_found_by(harness, "event", 2);
        lookout_assert(harness->lookout, "v0 v1 v2");
}

/* --------------------------------------------------------- missing at the start */

static bool is_missing(struct harness *harness)
{
        json_t *status = harness_status(harness);
        const char *name = json_string_value(json_object_get(harness_domain(status), "state"));
        bool is = strcmp(name, "missing") == 0;

        json_decref(status);
        return is;
}

/* @command makes the file of the content ../new, in the directory above. */
static void missing_at_start(void **state, const char *file, const char *command)
{
        struct harness *harness = *state;

        harness->file = testing_path(&harness->testing, "%s", file);
        harness_save_at(harness, testing_path(&harness->testing, "new"), "v1");
        harness_start(harness, "--ttl 3600 --ttl-blind 3600");
        assert_true(is_missing(harness));
        assert_int_equal(harness_number(harness, "generation", NULL), 0);
        harness_shell(harness, command);
        assert_int_equal(
                cfgw_client_wait_generation(harness->client, "datastore", 1, TEST_PATIENCE_USEC),
                0);
        assert_int_equal(harness_number(harness, "found", "event"), 1);
        harness_expect_content(harness, "v1");
        harness_save_at(harness, harness->file, "v2");
        harness_expect_generation(harness, 2);
        assert_int_equal(harness_number(harness, "found", "event"), 2);
}

static void missing_file(void **state)
{
        missing_at_start(state, "etc/datastore.cfg", "cp ../new datastore.cfg");
}

static void missing_directory(void **state)
{
        missing_at_start(state, "conf/datastore.cfg",
                         "cd .. && mkdir conf && cp new conf/datastore.cfg");
}

static void missing_directory_that_comes_as_a_whole(void **state)
{
        missing_at_start(state, "conf/datastore.cfg",
                         "cd .. && mkdir t && cp new t/datastore.cfg && mv t conf");
}

static void missing_grandparent(void **state)
{
        missing_at_start(state, "a/b/c/datastore.cfg",
                         "cd .. && mkdir -p a/b/c && cp new a/b/c/datastore.cfg");
}

static void missing_target_of_a_link(void **state)
{
        missing_at_start(state, "link/datastore.cfg",
                         "cd .. && ln -s real link && mkdir real && cp new real/datastore.cfg");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(missing_file),
                SYSTEM_TEST(missing_directory),
                SYSTEM_TEST(missing_directory_that_comes_as_a_whole),
                SYSTEM_TEST(missing_grandparent),
                SYSTEM_TEST(missing_target_of_a_link),
                SYSTEM_TEST(no_instance),
                SYSTEM_TEST(no_watch),
                SYSTEM_TEST(too_few_watches),
                SYSTEM_TEST(no_watch_for_what_came_later),
        };

        return TESTING_RUN(tests);
}
