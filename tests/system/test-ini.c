/* SPDX-License-Identifier: MIT */
/* A domain whose file is INI: edited as such files are, with the real daemon. */
#include "harness.h"
#include "process.h"

#include "util.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS "--settle-confirm 0.3"
#define CONTENT "; made by hand\n\n[ds1]\npath = /srv/v0\n\n[datastore: ds2]\npath = /srv/two\n"

/* Starts the daemon on the file as it is: the configuration alone can tell the format. */
static void start(struct harness *harness, const char *settings)
{
        const char *path = testing_path(&harness->testing, "cfgwatchd.conf");
        _cleanup_free_ char *options = format_string("--config %s " OPTIONS, path);
        _cleanup_free_ char *text =
                format_string("[domain datastore]\npath = %s\n%s", harness->file, settings);

        assert_true(options && text);
        testing_write_file(path, text);
        harness_start(harness, options);
}

static void begin(struct harness *harness)
{
        testing_write_file(harness->file, CONTENT);
        start(harness, "format = ini\n");
        harness_expect_generation(harness, 1);
}

static const char *value(struct harness *harness, const char *section, const char *key)
{
        const cfgw_config *config;

        if (cfgw_reader_config(harness->reader, &config) < 0)
                return NULL;
        return cfgw_section_get(cfgw_config_section(config, section), key);
}

static void expect_path(struct harness *harness, const char *section, const char *expected)
{
        const char *path = value(harness, section, "path");

        assert_non_null(path);
        assert_string_equal(path, expected);
}

static void expect_format(struct harness *harness, const char *format)
{
        json_t *status = harness_status(harness), *domain = harness_domain(status);

        assert_string_equal(json_string_value(json_object_get(domain, "format")), format);
        json_decref(status);
}

static bool is_invalid(struct harness *harness, uint32_t line, const char *reason)
{
        cfgw_status *status;
        bool is;

        assert_int_equal(cfgw_reader_status(harness->reader, &status), 0);
        is = cfgw_status_freshness(status) == CFGW_FRESHNESS_LAST_GOOD &&
             cfgw_status_state(status) == CFGW_STATE_INVALID && cfgw_status_line(status) == line &&
             strcmp(cfgw_status_reason(status), reason) == 0;
        cfgw_status_free(status);
        return is;
}

static void content_and_format_are_told(void **state)
{
        struct harness *harness = *state;
        const cfgw_config *config;

        begin(harness);
        expect_path(harness, "ds1", "/srv/v0");
        expect_path(harness, "ds2", "/srv/two");
        expect_format(harness, "ini");
        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        assert_int_equal(cfgw_config_format(config), CFGW_FORMAT_INI);
        assert_string_equal(cfgw_section_type(cfgw_config_section(config, "ds1")), "datastore");
        assert_int_equal(cfgw_section_line(cfgw_config_section(config, "ds2")), 6);
}

/* An edit, and the program that it needs. Each takes the first store to the next place. */
static const struct {
        const char *program, *command;
} edits[] = {
        {"ed", "printf ',s,/srv/v[0-9]*,/srv/v1,\\nw\\nq\\n' | ed -s \"$FILE\""},
        {"vi", "TERM=xterm script -qec \"vi -c '%s,/srv/v[0-9]*,/srv/v2,' -c wq '$FILE'\" "
               "/dev/null </dev/null >/dev/null"},
        {"sed", "sed -i 's,/srv/v[0-9]*,/srv/v3,' \"$FILE\""},
        {"mv", "sed 's,/srv/v[0-9]*,/srv/v4,' \"$FILE\" >new && mv new \"$FILE\""},
        {"cat", "sed 's,/srv/v[0-9]*,/srv/v5,' \"$FILE\" >new && cat new >\"$FILE\""},
};

static void every_edit_is_one_generation(void **state)
{
        struct harness *harness = *state;
        uint64_t generation = 1;

        begin(harness);
        for (size_t i = 0; i < ELEMENTS(edits); i++) {
                _cleanup_free_ char *there =
                        format_string("command -v %s >/dev/null", edits[i].program);
                _cleanup_free_ char *path = format_string("/srv/v%zu", i + 1);

                if (strcmp(edits[i].program, "vi") == 0 && !process_has_terminals())
                        continue;
                harness_shell(harness, there);
                harness_shell(harness, edits[i].command);
                harness_expect_generation(harness, ++generation);
                expect_path(harness, "ds1", path);
                expect_path(harness, "ds2", "/srv/two");
        }
        assert_int_equal(harness_number(harness, "found", "ttl"), 0);
}

static void what_inih_would_misread_changes_nothing(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        harness_shell(harness, "echo 'comment = a ; b' >>\"$FILE\"");
        WAIT_FOR(is_invalid(harness, 8, "a blank and ';' in a value"));
        expect_path(harness, "ds1", "/srv/v0");

        /* What is behind the first 199 bytes would be a line of its own for inih. */
        harness_shell(harness,
                      "sed -i '8s,.*,comment = '$(printf %0189d 0)'path=/injected,' \"$FILE\"");
        WAIT_FOR(is_invalid(harness, 8, "line over 198 bytes"));
        expect_path(harness, "ds2", "/srv/two");

        harness_shell(harness, "sed -i '8s,.*,[ds1],' \"$FILE\"");
        WAIT_FOR(is_invalid(harness, 8, "section 'ds1' is there already, in line 3"));

        harness_shell(harness, "sed -i '8s,.*,comment = good,' \"$FILE\"");
        harness_expect_generation(harness, 2);
        assert_string_equal(value(harness, "ds2", "comment"), "good");
}

static void a_restart_brings_the_last_good_back(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_shell(harness, "echo broken >>\"$FILE\"");
        start(harness, "format = ini\n");
        WAIT_FOR(is_invalid(harness, 8, "syntax error (expected 'key = value')"));
        assert_int_equal(harness_number(harness, "generation", NULL), 1);
        expect_path(harness, "ds1", "/srv/v0");
}

static void without_a_daemon_the_library_reads_ini(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        expect_path(harness, "ds1", "/srv/v0");
        assert_int_equal(cfgw_client_set_ttl(harness->client, 100 * USEC_PER_MSEC), 0);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_shell(harness, "sed -i 's,/srv/v0,/srv/v1,' \"$FILE\"");
        WAIT_FOR(strcmp(value(harness, "ds1", "path"), "/srv/v1") == 0);
        assert_true(harness_is(harness, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
}

/* File and setting change together while the daemon is down. */
static void a_domain_changes_its_format(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        testing_write_file(harness->file, "datastore: ds1\n\tpath /srv/v1\n");
        start(harness, "");
        harness_expect_generation(harness, 2);
        expect_path(harness, "ds1", "/srv/v1");
        expect_format(harness, "section-config");
}

/* The setting alone was changed: lookups go on, and what is wrong is shown. */
static void a_file_in_the_other_format_is_invalid(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        start(harness, "");
        WAIT_FOR(is_invalid(harness, 1, "syntax error (expected header)"));
        assert_int_equal(harness_sync(harness), 1);
        expect_path(harness, "ds1", "/srv/v0");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        start(harness, "format = ini\n");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        harness_expect_generation(harness, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(content_and_format_are_told),
                SYSTEM_TEST(every_edit_is_one_generation),
                SYSTEM_TEST(what_inih_would_misread_changes_nothing),
                SYSTEM_TEST(a_restart_brings_the_last_good_back),
                SYSTEM_TEST(without_a_daemon_the_library_reads_ini),
                SYSTEM_TEST(a_domain_changes_its_format),
                SYSTEM_TEST(a_file_in_the_other_format_is_invalid),
        };

        return TESTING_RUN(tests);
}
