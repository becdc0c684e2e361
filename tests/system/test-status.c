/* SPDX-License-Identifier: MIT */
/* `cfgwatch status`, while a daemon lives and after it. */
#include "harness.h"
#include "tool.h"

#include "util.h"

#include <signal.h>
#include <string.h>

/* A small file with known sections, as generation 1. */
static void begin(struct harness *harness)
{
        testing_write_file(harness->file, "datastore: one\n"
                                          "\tcomment first store\n"
                                          "\tpath /mnt/one\n"
                                          "\n"
                                          "datastore: two\n"
                                          "\tpath /mnt/two\n");
        harness_start(harness, "--settle-confirm 0.3");
}

static void status_fits_one_screen_and_tells_what_matters(void **state)
{
        struct harness *harness = *state;
        struct said said;
        unsigned int lines = 0;

        begin(harness);
        said = tool_run(harness, "cfgwatch status");
        assert_int_equal(said.status, 0);
        expect_in(said.out, "running, pid ");
        expect_in(said.out, "watching by inotify");
        expect_in(said.out, "datastore: valid since ");
        expect_in(said.out, harness->file);
        expect_in(said.out, "generation 1, 2 sections");
        expect_not_in(said.out, "\033");
        for (const char *c = said.out; *c; c++)
                lines += *c == '\n';
        assert_true(lines < 24);
}

/* Of many domains those are in full that something is wrong with, and those that are named. */
static void status_of_many_domains_shows_what_is_wrong(void **state)
{
        struct harness *harness = *state;
        _cleanup_free_ char *options = format_string(
                "--watch a=%s --watch b=%s --watch c=%s --settle-confirm 0.1 --watch gone=/none/x",
                harness->file, harness->file, harness->file);
        struct said said;
        json_t *report;

        testing_write_file(harness->file, "datastore: one\n\tpath /mnt/one\n");
        harness_start(harness, options);
        said = tool_run(harness, "cfgwatch status");
        assert_int_equal(said.status, 0);
        expect_in(said.out, "5 domains, something is wrong with 1 of them\n");
        expect_in(said.out, "ago), generation 1\na: valid since ");
        expect_not_in(said.out, harness->file);
        expect_in(said.out, "file: /none/x\n");
        /* The others are for everybody to read, and of this one nothing is known: but we may. */
        expect_in(said.out, "wrong: No such file or directory\n");
        expect_in(tool_run(harness, "cfgwatch sync gone").err,
                  "/none/x: No such file or directory\n");
        said = tool_run(harness, "cfgwatch status c a");
        assert_int_equal(said.status, 0);
        expect_in(said.out, harness->file);
        expect_not_in(said.out, "datastore: ");
        assert_true(strstr(said.out, "\nc: valid") < strstr(said.out, "\na: valid"));
        said = tool_run(harness, "cfgwatch status --json b nosuch");
        assert_int_equal(said.status, 1);
        expect_in(said.err, "no such domain 'nosuch'");
        report = json_loads(said.out, 0, NULL);
        assert_int_equal(json_array_size(json_object_get(report, "domains")), 1);
        json_decref(report);
}

static void status_shows_the_wrong_line_and_what_is_in_force_instead(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        tool_run(harness, "echo rubbish >>$FILE; cfgwatch sync datastore");
        said = tool_run(harness, "cfgwatch status");
        assert_int_equal(said.status, 0);
        expect_in(said.out, "datastore: invalid since ");
        expect_in(said.out, "line 7: ");
        expect_in(said.out, "generation 1, the last good one");
}

static void status_json_is_the_daemons_report(void **state)
{
        struct harness *harness = *state;
        json_t *report, *domain;
        struct said said;

        begin(harness);
        said = tool_run(harness, "cfgwatch status --json");
        assert_int_equal(said.status, 0);
        report = json_loads(said.out, 0, NULL);
        assert_non_null(report);
        assert_int_equal(json_integer_value(json_object_get(report, "pid")), harness->daemon);
        domain = harness_domain(report);
        assert_string_equal(json_string_value(json_object_get(domain, "path")), harness->file);
        assert_int_equal(json_integer_value(json_object_get(domain, "generation")), 1);
        json_decref(report);
}

static void without_any_daemon_ever_all_say_so(void **state)
{
        struct harness *harness = *state;
        struct said said;
        json_t *report;

        tool_expect(harness, "cfgwatch generation datastore", 3, "");
        tool_expect(harness, "cfgwatch list datastore", 3, "");
        tool_expect(harness, "cfgwatch sync datastore", 3, "");
        said = tool_run(harness, "cfgwatch status --json");
        assert_int_equal(said.status, 3);
        expect_in(said.err, "no daemon is running");
        report = json_loads(said.out, 0, NULL);
        assert_true(json_is_null(json_object_get(report, "pid")));
        assert_int_equal(json_array_size(json_object_get(report, "domains")), 0);
        json_decref(report);
        expect_in(tool_run(harness, "cfgwatch --runtime-directory /a/b status").out,
                  "no answer in /a/b\n");
        expect_in(
                tool_run(harness, "cfgwatch --runtime-directory /a$(printf '\\377') status --json")
                        .out,
                "\"runtime_directory\": \"/a");
}

static void after_a_stop_lookups_go_on_and_status_shows_what_is_known(void **state)
{
        struct harness *harness = *state;
        struct said said;
        json_t *report;

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        tool_expect(harness, "cfgwatch list datastore", 3, "one\ntwo\n");
        tool_expect(harness, "cfgwatch get datastore one path", 3, "/mnt/one\n");
        tool_expect(harness, "cfgwatch get datastore nosuch", 1, "");
        tool_expect(harness, "cfgwatch generation datastore", 3, "1\n");
        tool_expect(harness, "cfgwatch sync datastore", 3, "");
        said = tool_run(harness, "cfgwatch status");
        assert_int_equal(said.status, 3);
        expect_in(said.out, "no answer");
        expect_in(said.out, harness->file);
        expect_in(said.out, "2 sections");
        said = tool_run(harness, "cfgwatch status --json");
        assert_int_equal(said.status, 3);
        report = json_loads(said.out, 0, NULL);
        assert_true(json_is_null(json_object_get(report, "pid")));
        assert_string_equal(json_string_value(json_object_get(harness_domain(report), "path")),
                            harness->file);
        assert_string_equal(json_string_value(json_object_get(harness_domain(report), "format")),
                            "section-config");
        json_decref(report);
}

/* The file's state does not tell then whether a daemon lives. */
static void after_a_stop_with_a_broken_file_it_is_the_same(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_run(harness, "echo rubbish >>$FILE; cfgwatch sync datastore");
        tool_expect(harness, "cfgwatch list datastore", 0, "one\ntwo\n");
        assert_int_equal(harness_stop(harness, SIGKILL), 128 + SIGKILL);
        tool_expect(harness, "cfgwatch list datastore", 3, "one\ntwo\n");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                SYSTEM_TEST(status_fits_one_screen_and_tells_what_matters),
                SYSTEM_TEST(status_of_many_domains_shows_what_is_wrong),
                SYSTEM_TEST(status_shows_the_wrong_line_and_what_is_in_force_instead),
                SYSTEM_TEST(status_json_is_the_daemons_report),
                SYSTEM_TEST(without_any_daemon_ever_all_say_so),
                SYSTEM_TEST(after_a_stop_lookups_go_on_and_status_shows_what_is_known),
                SYSTEM_TEST(after_a_stop_with_a_broken_file_it_is_the_same),
        };

        return TESTING_RUN(tests);
}
