/* SPDX-License-Identifier: MIT */
/*
 * A file that loses all it held, by accident or on purpose: as the settings `empty` and
 * `missing` of its domain say, with the real daemon.
 */
#include "harness.h"

#include "util.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Short, since what is emptied or missing must rest so long. */
#define CONFIRM_USEC (300 * USEC_PER_MSEC)
#define OPTIONS "--settle-confirm 0.3 "

#define EMPTY_DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void begin(struct harness *harness, const char *options)
{
        harness_save(harness, "v0");
        harness_start(harness, options);
        harness_expect_generation(harness, 1);
}

static void expect_empty(struct harness *harness, uint64_t generation)
{
        const cfgw_config *config;

        harness_expect_generation(harness, generation);
        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        assert_int_equal(cfgw_config_section_count(config), 0);
        assert_true(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
}

static void expect_absent(struct harness *harness, bool absent)
{
        json_t *status = harness_status(harness), *domain = harness_domain(status);

        assert_int_equal(json_is_true(json_object_get(domain, "absent")), absent);
        json_decref(status);
}

static void expect_log(struct harness *harness, const char *words)
{
        const char *log = testing_read_file(&harness->testing, harness->daemon_log);

        assert_non_null(log);
        if (!strstr(log, words))
                fail_msg("the log does not say '%s'", words);
}

static void expect_reason(struct harness *harness, const char *words)
{
        json_t *status = harness_status(harness), *domain = harness_domain(status);
        const char *reason = json_string_value(json_object_get(domain, "reason"));

        assert_non_null(reason);
        if (!strstr(reason, words))
                fail_msg("'%s' does not say '%s'", reason, words);
        json_decref(status);
}

static const char *const emptying[] = {
        ": >\"$FILE\"",
        ": >new && mv new \"$FILE\"",
        "printf ' \\n\\t\\n' >\"$FILE\"",
        "truncate -s 0 \"$FILE\"",
};

/* Each is one generation, found by its event, and so is what comes after it. */
static void emptied_in_every_way(void **state)
{
        struct harness *harness = *state;
        uint64_t generation = 1;

        begin(harness, OPTIONS);
        for (size_t i = 0; i < ELEMENTS(emptying); i++) {
                uint64_t before = testing_now();

                harness_shell(harness, emptying[i]);
                expect_empty(harness, ++generation);
                assert_true(testing_now() - before >= CONFIRM_USEC);
                expect_absent(harness, false);
                harness_save(harness, i % 2 ? "v0" : "v1");
                harness_expect_generation(harness, ++generation);
        }
        expect_log(harness, "datastore.cfg is empty");
        assert_int_equal(harness_number(harness, "found", "ttl"), 0);
        assert_int_equal(harness_number(harness, "accepted", NULL), generation);
}

/* Nobody gets nothing because somebody asked in the middle of a save. */
static void sync_in_the_middle_of_a_save(void **state)
{
        struct harness *harness = *state;
        uint64_t generation = 0;

        begin(harness, OPTIONS "--missing empty");
        harness_look_out(harness);
        harness_shell(harness, "(sleep 0.1; mv kept \"$FILE\") & mv \"$FILE\" kept");
        assert_int_equal(cfgw_client_sync(harness->client, "datastore", CFGW_FOREVER, &generation),
                         0);
        assert_int_equal(generation, 1);
        harness_shell(harness, "cp \"$FILE\" kept; (sleep 0.1; cat kept >\"$FILE\") & "
                               "truncate -s 0 \"$FILE\"");
        assert_int_equal(harness_sync(harness), 1);
        harness_expect_content(harness, "v0");
        lookout_assert(harness->lookout, "v0");
}

static void refused_in_every_way(void **state)
{
        struct harness *harness = *state;

        begin(harness, OPTIONS "--empty refuse");
        harness_look_out(harness);
        for (size_t i = 0; i < ELEMENTS(emptying); i++) {
                harness_shell(harness, emptying[i]);
                WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
                expect_reason(harness, "empty = refuse");
                assert_int_equal(harness_sync(harness), 1);
                harness_expect_content(harness, "v0");
                harness_save(harness, "v0");
                WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        }
        assert_int_equal(harness_number(harness, "accepted", NULL), 1);
        lookout_assert(harness->lookout, "v0");
}

static void restart_while_it_is_refused(void **state)
{
        struct harness *harness = *state;

        begin(harness, OPTIONS "--empty refuse");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_shell(harness, emptying[0]);
        harness_start(harness, OPTIONS "--empty refuse");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        harness_expect_content(harness, "v0");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_start(harness, OPTIONS "--empty accept");
        expect_empty(harness, 2);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_start(harness, OPTIONS "--empty refuse"); /* it is in force already */
        expect_empty(harness, 2);
        harness_save(harness, "v0");
        harness_expect_generation(harness, 3);
}

static void empty_from_the_beginning(void **state)
{
        struct harness *harness = *state;

        testing_write_file(harness->file, "");
        harness_start(harness, OPTIONS "--empty refuse");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_NONE, CFGW_STATE_INVALID));
        assert_int_equal(cfgw_client_sync(harness->client, "datastore", CFGW_FOREVER, NULL),
                         -ENODATA);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_start(harness, OPTIONS);
        expect_empty(harness, 1);
        harness_save(harness, "v1");
        harness_expect_generation(harness, 2);
}

static void removed_and_taken_for_empty(void **state)
{
        struct harness *harness = *state;
        json_t *status;

        begin(harness, OPTIONS "--missing empty");
        harness_shell(harness, "mv \"$FILE\" ../away");
        expect_empty(harness, 2);
        expect_absent(harness, true);
        expect_log(harness, "datastore.cfg is missing, and taken for empty");
        status = harness_status(harness);
        assert_string_equal(json_string_value(json_object_get(harness_domain(status), "digest")),
                            "sha256:" EMPTY_DIGEST);
        json_decref(status);

        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_start(harness, OPTIONS "--missing empty"); /* no news */
        expect_empty(harness, 2);
        expect_absent(harness, true);
        harness_shell(harness, ": >\"$FILE\""); /* neither is this: the same bytes */
        assert_int_equal(harness_sync(harness), 2);
        expect_absent(harness, false);
        harness_shell(harness, "rm \"$FILE\"");
        assert_int_equal(harness_sync(harness), 2);
        harness_shell(harness, "mv ../away \"$FILE\"");
        harness_expect_generation(harness, 3);
        harness_expect_content(harness, "v0");
}

/* All that leads to it, too, and at a start with the last good content from the history. */
static void directory_removed_while_the_daemon_was_down(void **state)
{
        struct harness *harness = *state;

        begin(harness, OPTIONS "--missing empty");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_shell(harness, "mv ../etc ../gone");
        harness_start(harness, OPTIONS "--missing keep");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_MISSING));
        harness_expect_content(harness, "v0");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_start(harness, OPTIONS "--missing empty");
        expect_empty(harness, 2);
        harness_shell(harness, "mv ../gone ../etc");
        harness_expect_generation(harness, 3);
        harness_expect_content(harness, "v0");
}

static void missing_from_the_beginning(void **state)
{
        struct harness *harness = *state;

        harness_start(harness, OPTIONS "--missing empty");
        expect_empty(harness, 1);
        harness_save(harness, "v0");
        harness_expect_generation(harness, 2);
        harness_expect_content(harness, "v0");
}

/* Two domains, each with rules of its own from the daemon's file. */
static void each_domain_by_its_own_rule(void **state)
{
        struct harness *harness = *state;
        const char *path = testing_path(&harness->testing, "cfgwatchd.conf");
        _cleanup_free_ char *text = format_string("[daemon]\nempty = refuse\n\n[domain datastore]\n"
                                                  "path = %s\n\n[domain other]\npath = %s.other\n"
                                                  "empty = accept\n",
                                                  harness->file, harness->file);
        _cleanup_free_ char *options = format_string(OPTIONS "--config %s", path);
        uint64_t generation;

        testing_write_file(path, text);
        harness_shell(harness, "printf 'x: one\\n\\ta b\\n' >\"$FILE.other\"");
        begin(harness, options);
        harness_shell(harness, ": >\"$FILE\"; : >\"$FILE.other\"");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        assert_int_equal(cfgw_client_sync(harness->client, "other", CFGW_FOREVER, &generation), 0);
        assert_int_equal(generation, 2);
        assert_int_equal(harness_sync(harness), 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(emptied_in_every_way),
                SYSTEM_TEST(sync_in_the_middle_of_a_save),
                SYSTEM_TEST(refused_in_every_way),
                SYSTEM_TEST(restart_while_it_is_refused),
                SYSTEM_TEST(empty_from_the_beginning),
                SYSTEM_TEST(removed_and_taken_for_empty),
                SYSTEM_TEST(directory_removed_while_the_daemon_was_down),
                SYSTEM_TEST(missing_from_the_beginning),
                SYSTEM_TEST(each_domain_by_its_own_rule),
        };

        return TESTING_RUN(tests);
}
