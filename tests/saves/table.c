/* SPDX-License-Identifier: MIT */
/*
 * One way of saving is one test: the daemon watches a file with the content v0, the way turns
 * it into v1, and then
 *
 *   - there is exactly one generation more (none, if the way changes nothing), found by whom
 *     the way says, with the digest of the file;
 *   - a reader that looked up all the time saw these contents as a whole, in this order, and
 *     nothing else;
 *   - no state other than "valid" was shown on the way, unless it may be;
 *   - a plain write into the file afterwards is found by an event: the watch has survived.
 */
#include "table.h"

#include "system/harness.h"
#include "way.h"

#include "util.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define EXIT_SKIP 77

struct table_test {
        void *harness; /* what harness_setup() makes */
        const struct way *way;
        uint64_t began, ended; /* CLOCK_REALTIME, around the save */
};

/* -------------------------------------------------------------- one step of it */

static int run_step(struct table_test *test, const char *step)
{
        struct harness *harness = test->harness;
        const char *source = getenv("CFGWATCH_SOURCE");
        _cleanup_free_ char *runner =
                format_string("%s/tests/saves/run-way", source ? source : ".");
        const char *const argv[] = {"/bin/sh", runner, test->way->script, step, NULL};

        assert_non_null(runner);
        return process_wait(process_start(argv, harness->shell_log), TEST_PATIENCE_USEC);
}

static void check_needs(struct table_test *test)
{
        struct harness *harness = test->harness;
        const char *reason;
        int r = run_step(test, "check");

        if (r == 0)
                return;
        assert_int_equal(r, EXIT_SKIP);
        reason = testing_read_file(&harness->testing, testing_path(&harness->testing, "reason"));
        printf("# skip: %s", reason ? reason : "?\n");
        skip();
}

static void prepare(struct table_test *test)
{
        struct harness *harness = test->harness;

        check_needs(test);
        harness_save_at(harness, testing_path(&harness->testing, "old"), "v0");
        harness_save_at(harness, testing_path(&harness->testing, "new"), "v1");
        harness_save_at(harness, testing_path(&harness->testing, "next"), "v2");
        assert_int_equal(run_step(test, "prepare"), 0);
        harness_start(harness, test->way->options);
        harness_expect_generation(harness, 1);
        harness_look_out(harness);
}

static void save(struct table_test *test)
{
        test->began = now_realtime_usec();
        assert_int_equal(run_step(test, "save"), 0);
        test->ended = now_realtime_usec();
}

/* ------------------------------------------------------------- what came of it */

static bool is_within(const struct table_test *test, uint64_t usec)
{
        return usec >= test->began && usec <= test->ended;
}

static uint64_t usec_of(struct timespec time)
{
        return (uint64_t)time.tv_sec * USEC_PER_SEC + (uint64_t)time.tv_nsec / 1000;
}

/* When the save was over: as the way says, as the file says, or when the way's script ended. */
static uint64_t saved_at(const struct table_test *test)
{
        struct harness *harness = test->harness;
        const char *mark = testing_path(&harness->testing, "saved");
        struct stat stat_buffer;

        if (stat(mark, &stat_buffer) == 0)
                return usec_of(stat_buffer.st_mtim);
        if (stat(harness->file, &stat_buffer) == 0 && is_within(test, usec_of(stat_buffer.st_ctim)))
                return usec_of(stat_buffer.st_ctim);
        return test->ended;
}

static void expect_digest_of_file(struct harness *harness)
{
        json_t *status = harness_status(harness);
        const char *digest = json_string_value(json_object_get(harness_domain(status), "digest"));

        assert_non_null(digest);
        assert_string_equal(digest + strlen("sha256:"), harness_file_digest(harness));
        json_decref(status);
}

static void wait_for_generation(struct harness *harness, uint64_t generation)
{
        int r = cfgw_client_wait_generation(harness->client, "datastore", generation,
                                            TEST_PATIENCE_USEC);

        if (r < 0)
                fail_msg("there is no generation %llu: %s", (unsigned long long)generation,
                         strerror(-r));
}

static void expect_change(struct table_test *test)
{
        struct harness *harness = test->harness;
        uint64_t saved, accepted;

        wait_for_generation(harness, 2);
        saved = saved_at(test);
        accepted = harness_number(harness, "accepted_usec", NULL);
        if (harness_number(harness, "found", test->way->found) != 1)
                fail_msg("the change was not found by %s", test->way->found);
        printf("# way|%s|%s|%s|%lld\n", test->way->name, test->way->title, test->way->found,
               (long long)(accepted > saved ? accepted - saved : 0));
}

static bool is_pending(struct harness *harness)
{
        json_t *status = harness_status(harness);
        bool pending = json_is_true(json_object_get(harness_domain(status), "pending"));

        json_decref(status);
        return pending;
}

static void expect_no_change(struct table_test *test)
{
        struct harness *harness = test->harness;

        WAIT_FOR(!is_pending(harness)); /* what it began by itself it may finish by itself */
        printf("# way|%s|%s|none|0\n", test->way->name, test->way->title);
}

/* The watch has survived: a write by the file's own name is found at once. */
static void expect_event_afterwards(struct harness *harness, uint64_t generation)
{
        uint64_t by_event = harness_number(harness, "found", "event");

        harness_save_at(harness, harness->file, "v2");
        wait_for_generation(harness, generation);
        assert_int_equal(harness_number(harness, "found", "event"), by_event + 1);
        harness_expect_content(harness, "v2");
}

static void try_way(void **state)
{
        struct table_test *test = *state;
        struct harness *harness = test->harness;
        uint64_t generation = test->way->changes ? 2 : 1;
        _cleanup_free_ char *contents = NULL;

        prepare(test); /* which may skip, and then nothing is cleaned up in here */
        save(test);
        if (test->way->changes)
                expect_change(test);
        else
                expect_no_change(test);
        harness_expect_generation(harness, generation);
        assert_int_equal(harness_number(harness, "accepted", NULL), generation);
        expect_digest_of_file(harness);
        if (!test->way->alarm)
                assert_int_equal(harness_number(harness, "invalid", NULL), 0);
        expect_event_afterwards(harness, generation + 1);
        contents = format_string("%s v2", test->way->contents);
        assert_non_null(contents);
        lookout_assert(harness->lookout, contents);
}

/* ------------------------------------------------------------- setup, teardown */

static int setup(void **state)
{
        const struct way *way = *state;
        struct table_test *test = calloc(1, sizeof(*test));
        struct harness *harness;

        testing_begin(); /* the deadline counts for each way */
        if (!test || harness_setup(&test->harness) < 0)
                return -1;
        harness = test->harness;
        test->way = way;
        harness->file = testing_path(&harness->testing, "%s", way->file);
        setenv("FILE", harness->file, 1);
        setenv("WORK", testing_path(&harness->testing, "."), 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        *state = test;
        return 0;
}

/* Whatever a way has mounted and not cleaned up. The last mounted goes first. */
static void unmount_below(const char *directory)
{
        char line[1024], path[512], last[512];

        do {
                FILE *mounts = fopen("/proc/self/mounts", "re");

                last[0] = '\0';
                while (mounts && fgets(line, sizeof(line), mounts))
                        if (sscanf(line, "%*s %511s", path) == 1 &&
                            strncmp(path, directory, strlen(directory)) == 0)
                                strcpy(last, path);
                if (mounts)
                        fclose(mounts);
        } while (last[0] && umount2(last, MNT_DETACH) == 0);
}

static int teardown(void **state)
{
        struct table_test *test = *state;
        struct harness *harness = test->harness;
        int r;

        run_step(test, "clean");
        unmount_below(testing_path(&harness->testing, "%s", ""));
        r = harness_teardown(&test->harness);
        free(test);
        *state = NULL;
        return r;
}

int table_run(const char *group)
{
        const char *wanted = getenv("CFGWATCH_WAYS");
        size_t count, chosen = 0;
        _cleanup_free_ struct way *ways = way_load_group(group, &count);
        _cleanup_free_ struct CMUnitTest *tests = calloc(count, sizeof(*tests));

        assert_non_null(tests);
        for (size_t i = 0; i < count; i++)
                if (!wanted || fnmatch(wanted, ways[i].name, 0) == 0)
                        tests[chosen++] = (struct CMUnitTest){ways[i].name, try_way, setup,
                                                              teardown, &ways[i]};
        testing_begin();
        return _cmocka_run_group_tests(group, tests, chosen, NULL, NULL);
}
