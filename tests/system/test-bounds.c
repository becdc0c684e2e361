/* SPDX-License-Identifier: MIT */
/* The limits of a file, set in every way, with the real daemon: at each of them and above. */
#include "harness.h"

#include "util.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS "--settle-confirm 0.2 "
#define ONE "datastore: one\n\tpath /srv/one\n\tcomment x\n"
#define TWO ONE "\ndatastore: two\n\tpath /srv/two\n"

struct bound {
        const char *options;
        const char *at;    /* what is just taken */
        const char *above; /* what is refused, in this line and for this reason */
        cfgw_state state;
        uint32_t line;
        const char *reason;
};

static const struct bound bounds[] = {
        {"--limit-size 42", ONE "\n", ONE "\n\n", CFGW_STATE_UNREADABLE, 0, "larger than 42 bytes"},
        {"--limit-line 14", ONE, ONE "\tcomment2 xxxxxx\n", CFGW_STATE_INVALID, 4,
         "the line is longer than 14 bytes"},
        {"--limit-sections 2", TWO, TWO "\ndatastore: three\n\tpath /srv/three\n",
         CFGW_STATE_INVALID, 8, "more than 2 sections"},
        {"--limit-properties 2", TWO, ONE "\tkeep-last 1\n", CFGW_STATE_INVALID, 4,
         "more than 2 properties in one section"},
};

static void expect_refused(struct harness *harness, const struct bound *bound)
{
        cfgw_status *status;

        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, bound->state));
        assert_int_equal(cfgw_reader_status(harness->reader, &status), 0);
        assert_int_equal(cfgw_status_line(status), bound->line);
        assert_string_equal(cfgw_status_reason(status), bound->reason);
        cfgw_status_free(status);
}

/* The daemon has started with this limit and the file is one byte, line or section short of it. */
static void try_bound(struct harness *harness, const struct bound *bound)
{
        uint64_t generation = harness_sync(harness);

        testing_write_file(harness->file, bound->at);
        harness_expect_generation(harness, generation + 1);
        testing_write_file(harness->file, bound->above);
        expect_refused(harness, bound);
        assert_int_equal(harness_sync(harness), generation + 1);
        testing_write_file(harness->file, bound->at);
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        assert_int_equal(harness_sync(harness), generation + 1);
}

static void each_limit_is_kept(void **state)
{
        struct harness *harness = *state;

        for (size_t i = 0; i < ELEMENTS(bounds); i++) {
                _cleanup_free_ char *options = format_string(OPTIONS "%s", bounds[i].options);

                testing_write_file(harness->file, "datastore: one\n\tpath /one\n");
                harness_start(harness, options);
                try_bound(harness, &bounds[i]);
                assert_int_equal(harness_stop(harness, SIGTERM), 0);
        }
}

/* The domain's own limit counts, and not the daemon's. */
static void a_domain_has_limits_of_its_own(void **state)
{
        struct harness *harness = *state;
        const char *path = testing_path(&harness->testing, "cfgwatchd.conf");
        _cleanup_free_ char *options =
                format_string(OPTIONS "--limit-sections 1 --config %s", path);

        testing_write_file(path, "[domain datastore]\nlimit-sections = 2\n");
        testing_write_file(harness->file, ONE);
        harness_start(harness, options);
        harness_expect_generation(harness, 1);
        try_bound(harness, &bounds[2]);
}

/* What is in force stays so under a limit that it would not pass any more. */
static void a_lowered_limit_takes_nothing_back(void **state)
{
        struct harness *harness = *state;
        const cfgw_config *config;

        testing_write_file(harness->file, TWO);
        harness_start(harness, OPTIONS);
        harness_expect_generation(harness, 1);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_start(harness, OPTIONS "--limit-sections 1 --limit-line 5");
        harness_expect_generation(harness, 1);
        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        assert_int_equal(cfgw_config_section_count(config), 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(each_limit_is_kept),
                SYSTEM_TEST(a_domain_has_limits_of_its_own),
                SYSTEM_TEST(a_lowered_limit_takes_nothing_back),
        };

        return TESTING_RUN(tests);
}
