/* SPDX-License-Identifier: MIT */
/*
 * A file that cannot be used is shown everywhere with line and reason, while the last good
 * content stays in force; what is mended is shown as well, and is a generation only if its
 * bytes are others.
 */
#include "harness.h"

#include "util.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Short, since every broken content must rest so long before it is called broken. */
#define OPTIONS "--settle-confirm 0.3"

#define BROKEN "datastore: ds0000\n\tpath /mnt/ds0000\nthis is no property\n"
#define BROKEN_LINE 3

static void begin(struct harness *harness)
{
        harness_save(harness, "v0");
        harness_start(harness, OPTIONS);
        harness_expect_generation(harness, 1);
        harness_listen(harness);
        harness_look_out(harness);
}

static void break_file(struct harness *harness)
{
        testing_write_file(harness->file, BROKEN);
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
}

static void expect_status(struct harness *harness, const char *state, uint32_t line)
{
        json_t *status = harness_status(harness), *domain = harness_domain(status);
        json_t *reason = json_object_get(domain, "reason");

        assert_string_equal(json_string_value(json_object_get(domain, "state")), state);
        assert_int_equal(json_integer_value(json_object_get(domain, "line")), line);
        assert_int_equal(json_integer_value(json_object_get(domain, "generation")), 1);
        assert_true(json_integer_value(json_object_get(domain, "since_usec")) > 0);
        assert_true(line ? json_is_string(reason) && *json_string_value(reason)
                         : json_is_null(reason) || json_is_string(reason));
        json_decref(status);
}

static void expect_library(struct harness *harness, uint32_t line)
{
        cfgw_status *status;

        assert_int_equal(cfgw_reader_status(harness->reader, &status), 0);
        assert_int_equal(cfgw_status_line(status), line);
        assert_non_null(cfgw_status_reason(status));
        assert_true(strlen(cfgw_status_reason(status)) > 0);
        assert_int_equal(cfgw_status_generation(status), 1);
        assert_true(cfgw_status_since_usec(status) > 0);
        cfgw_status_free(status);
}

static void shown_everywhere(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        break_file(harness);
        expect_status(harness, "invalid", BROKEN_LINE);
        expect_library(harness, BROKEN_LINE);
        WAIT_FOR((harness_drain(harness), harness->told_state == CFGW_STATE_INVALID));
        assert_int_equal(harness->told_line, BROKEN_LINE);
        assert_true(harness->told_reason[0] != '\0');
        assert_int_equal(harness->told_generation, 1);
        assert_int_equal(harness->changes, 0);
        assert_int_equal(harness->states, 1);
        harness_expect_content(harness, "v0");
        lookout_assert(harness->lookout, "v0");
}

static void repaired_to_the_same_bytes(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        break_file(harness);
        harness_save(harness, "v0");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        expect_status(harness, "valid", 0);
        WAIT_FOR((harness_drain(harness), harness->told_state == CFGW_STATE_VALID));
        assert_int_equal(harness_sync(harness), 1);
        assert_int_equal(harness_drain(harness), 0);
        assert_int_equal(harness_number(harness, "accepted", NULL), 1);
        lookout_assert(harness->lookout, "v0");
}

static void repaired_to_other_bytes(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        break_file(harness);
        harness_save(harness, "v1");
        harness_expect_generation(harness, 2);
        assert_true(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        WAIT_FOR(harness_drain(harness) == 1);
        assert_int_equal(harness->told_state, CFGW_STATE_VALID);
        assert_int_equal(harness->told_generation, 2);
        lookout_assert(harness->lookout, "v0 v1");
}

/* Broken again, elsewhere: the place moves, and nothing else does. */
static void broken_in_another_way(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        break_file(harness);
        testing_write_file(harness->file, "nonsense\n");
        WAIT_FOR((harness_drain(harness), harness->told_line == 1));
        expect_status(harness, "invalid", 1);
        expect_library(harness, 1);
        assert_int_equal(harness->changes, 0);
        lookout_assert(harness->lookout, "v0");
}

/* A sync that finds a broken file answers with the last good generation, at once. */
static void sync_of_a_broken_file(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        testing_write_file(harness->file, BROKEN);
        assert_int_equal(harness_sync(harness), 1);
        assert_true(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        expect_status(harness, "invalid", BROKEN_LINE);
        lookout_assert(harness->lookout, "v0");
}

static void removed_and_back(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        harness_shell(harness, "mv \"$FILE\" ../away");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_MISSING));
        expect_status(harness, "missing", 0);
        harness_expect_content(harness, "v0");
        harness_shell(harness, "mv ../away \"$FILE\"");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        assert_int_equal(harness_sync(harness), 1);
        lookout_assert(harness->lookout, "v0");
}

static void a_directory_in_its_place(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        harness_shell(harness, "rm \"$FILE\" && mkdir \"$FILE\"");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_UNREADABLE));
        harness_expect_content(harness, "v0");
        harness_shell(harness, "rmdir \"$FILE\"");
        harness_save(harness, "v1");
        harness_expect_generation(harness, 2);
        lookout_assert(harness->lookout, "v0 v1");
}

static void a_fifo_in_its_place(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        harness_shell(harness, "rm \"$FILE\" && mkfifo \"$FILE\"");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_UNREADABLE));
        harness_save(harness, "v1");
        harness_expect_generation(harness, 2);
        lookout_assert(harness->lookout, "v0 v1");
}

/* Nobody's last word is an empty file by accident; but who means it gets it. */
static void emptied_for_good(void **state)
{
        struct harness *harness = *state;
        const cfgw_config *config;

        harness_save(harness, "v0");
        harness_start(harness, OPTIONS);
        testing_write_file(harness->file, "");
        harness_expect_generation(harness, 2);
        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        assert_int_equal(cfgw_config_section_count(config), 0);
}

static void a_start_with_a_broken_file_serves_the_last_good(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        testing_write_file(harness->file, BROKEN);
        harness_start(harness, OPTIONS);
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        expect_library(harness, BROKEN_LINE);
        harness_expect_content(harness, "v0");
        assert_int_equal(harness_sync(harness), 1);
}

static void a_start_without_any_good_content(void **state)
{
        struct harness *harness = *state;
        const cfgw_config *config;

        testing_write_file(harness->file, BROKEN);
        harness_start(harness, OPTIONS);
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_NONE, CFGW_STATE_INVALID));
        assert_int_equal(cfgw_reader_config(harness->reader, &config), -ENODATA);
        assert_int_equal(cfgw_client_sync(harness->client, "datastore", CFGW_FOREVER, NULL),
                         -ENODATA);
        harness_save(harness, "v0");
        harness_expect_generation(harness, 1);
        harness_expect_content(harness, "v0");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(shown_everywhere),
                SYSTEM_TEST(repaired_to_the_same_bytes),
                SYSTEM_TEST(repaired_to_other_bytes),
                SYSTEM_TEST(broken_in_another_way),
                SYSTEM_TEST(sync_of_a_broken_file),
                SYSTEM_TEST(removed_and_back),
                SYSTEM_TEST(a_directory_in_its_place),
                SYSTEM_TEST(a_fifo_in_its_place),
                SYSTEM_TEST(emptied_for_good),
                SYSTEM_TEST(a_start_with_a_broken_file_serves_the_last_good),
                SYSTEM_TEST(a_start_without_any_good_content),
        };

        return TESTING_RUN(tests);
}
