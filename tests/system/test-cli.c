/* SPDX-License-Identifier: MIT */
/* The command line tool against the real daemon: answers, exit codes, and what it prints where. */
#include "harness.h"
#include "tool.h"

#include "util.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define WATCHED "../watched" /* where `watch` and the example print to; not beside the file */

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

/* ------------------------------------------------------------------ lookups */

static void lookups_are_made_for_scripts(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch generation datastore", 0, "1\n");
        tool_expect(harness, "cfgwatch list datastore", 0, "one\ntwo\n");
        tool_expect(harness, "cfgwatch get datastore one", 0,
                    "comment first store\npath /mnt/one\n");
        tool_expect(harness, "cfgwatch get datastore two path", 0, "/mnt/two\n");
}

static void no_is_an_exit_status_of_its_own(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch get datastore three", 1, "");
        tool_expect(harness, "cfgwatch get datastore two comment", 1, "");
        tool_expect(harness, "cfgwatch list nosuch", 1, "");
        tool_expect(harness, "cfgwatch generation ../etc", 1, "");
        tool_expect(harness, "cfgwatch sync nosuch", 1, "");
}

static void options_may_stand_anywhere(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness,
                    "d=$CFGWATCH_RUNTIME_DIR; unset CFGWATCH_RUNTIME_DIR; "
                    "cfgwatch --runtime-directory $d get datastore two path",
                    0, "/mnt/two\n");
        tool_expect(harness,
                    "d=$CFGWATCH_RUNTIME_DIR; unset CFGWATCH_RUNTIME_DIR; "
                    "cfgwatch get datastore --runtime-directory=$d two path",
                    0, "/mnt/two\n");
}

static void wrong_usage_is_told_on_stderr(void **state)
{
        static const char *const wrong[] = {
                "cfgwatch",
                "cfgwatch nosuch",
                "cfgwatch --nosuch",
                "cfgwatch get one",
                "cfgwatch list a b",
                "cfgwatch --json sync a",
                "cfgwatch check",
                "cfgwatch sync a extra",
                "cfgwatch --strict status",
                "cfgwatch get a b c d",
                "cfgwatch --runtime-directory",
        };
        struct harness *harness = *state;

        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                tool_expect(harness, wrong[i], 2, "");
        expect_in(tool_run(harness, "cfgwatch get a").err,
                  "too few arguments: cfgwatch get DOMAIN SECTION [KEY]\n");
        expect_in(tool_run(harness, "cfgwatch list a b").err,
                  "too many arguments: cfgwatch list DOMAIN\n");
}

/* A number with a sign in front is an option for getopt(3), which has other words for it. */
static void wrong_options_are_told_in_our_words(void **state)
{
        static const struct {
                const char *command, *words;
        } rows[] = {
                {"cfgwatch rollback datastore -1", "cfgwatch: unknown option '-1'\n"},
                {"cfgwatch rollback datastore -- -1", "cfgwatch: '-1' is not the number of a "},
                {"cfgwatch --nosuch", "cfgwatch: unknown option '--nosuch'\n"},
                {"cfgwatch --runtime-directory", "cfgwatch: '--runtime-directory' needs a value\n"},
                {"cfgwatch history datastore -n", "cfgwatch: '-n' needs a value\n"},
                {"cfgwatch '--\033[31m'", "cfgwatch: unknown option '--\\x1b[31m'"},
        };
        struct harness *harness = *state;

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct said said = tool_run(harness, rows[i].command);

                assert_int_equal(said.status, 2);
                expect_in(said.err, rows[i].words);
        }
}

static void help_and_version_need_nothing(void **state)
{
        struct harness *harness = *state;
        struct said said = tool_run(harness, "cfgwatch --help");

        assert_int_equal(said.status, 0);
        expect_in(said.out, "Usage: cfgwatch");
        expect_in(said.out, "Exit status");
        said = tool_run(harness, "cfgwatch --version");
        assert_int_equal(said.status, 0);
        expect_in(said.out, "cfgwatch ");
}

static void output_that_cannot_be_written_is_a_failure(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch list datastore >/dev/full", 4, "");
        tool_expect(harness, "cfgwatch status >/dev/full", 4, "");
        tool_expect(harness, "cfgwatchd --help >/dev/full", 1, "");
        tool_expect(harness, "cfgwatchd --version >/dev/full", 1, "");
}

/* What is printed must not get into a file or socket that took the number of the closed one. */
static void a_closed_output_is_nothing_else(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch list datastore >&-", 4, "");
        expect_in(tool_run(harness, "cfgwatch watch >&-").err, "Bad file descriptor");
        tool_expect(harness, "CFGWATCH_RUNTIME_DIR=/none timeout 9 cfgwatch watch >&-", 0, "");
        expect_in(tool_run(harness, "cfgwatch check - <&-").err, "Bad file descriptor");
        expect_in(tool_run(harness, "cfgwatch get datastore one path 2>&-").out, "/mnt/one");
}

/* --------------------------------------------------------------------- sync */

static void sync_prints_the_generation_in_force(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness,
                    "printf 'datastore: two\\n\\tpath /2\\n' >$FILE; cfgwatch sync datastore", 0,
                    "2\n");
        tool_expect(harness, "cfgwatch list datastore", 0, "two\n");
}

static void sync_of_a_broken_file_prints_the_last_good_and_says_why(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        said = tool_run(harness, "echo rubbish >>$FILE; cfgwatch sync datastore");
        assert_int_equal(said.status, 1);
        assert_string_equal(said.out, "1\n");
        expect_in(said.err, harness->file);
        expect_in(said.err, "datastore.cfg:7: ");
        tool_expect(harness, "rm $FILE; cfgwatch sync datastore", 1, "1\n");
}

static void domain_without_content_says_so(void **state)
{
        struct harness *harness = *state;

        harness_start(harness, "--settle-confirm 0.1"); /* and no file */
        tool_expect(harness, "cfgwatch sync datastore", 1, "");
        tool_expect(harness, "cfgwatch list datastore", 1, "");
        tool_expect(harness, "cfgwatch generation datastore", 1, "");
        expect_in(tool_run(harness, "cfgwatch list datastore").err, harness->file);
        testing_write_file(harness->file, "rubbish\n");
        expect_in(tool_run(harness, "cfgwatch sync datastore").err, "/datastore.cfg:1: ");
}

/* -------------------------------------------------------------------- watch */

static pid_t start_watch(struct harness *harness, const char *options)
{
        _cleanup_free_ char *line = format_string("exec cfgwatch watch %s", options);
        const char *const argv[] = {"/bin/sh", "-c", line, NULL};

        assert_non_null(line);
        return process_start(argv, WATCHED);
}

/* What it has printed so far, until the next call. */
static const char *printed(void)
{
        static char text[8192];
        FILE *file = fopen(WATCHED, "re");
        size_t size = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

        if (file)
                fclose(file);
        text[size] = '\0';
        return text;
}

static void stop_watch(pid_t pid)
{
        kill(pid, SIGINT);
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 128 + SIGINT);
}

static void watch_prints_a_line_for_each_change(void **state)
{
        struct harness *harness = *state;
        pid_t pid;

        begin(harness);
        pid = start_watch(harness, "");
        WAIT_FOR(strstr(printed(), " datastore generation 1 valid, 2 sections\n"));
        tool_run(harness, "sed -i -e 's/first/other/' -e 's/: two/: six/' $FILE");
        WAIT_FOR(strstr(printed(), " datastore generation 2 valid ~one: comment +six -two\n"));
        tool_run(harness, "echo rubbish >>$FILE");
        WAIT_FOR(strstr(printed(), " datastore generation 2 in force, the file is invalid: "
                                   "line 7: "));
        tool_run(harness, "sed -i '$d' $FILE");
        WAIT_FOR(strstr(printed(), " datastore generation 2 valid\n"));
        stop_watch(pid);
}

static void watch_json_is_one_object_a_line(void **state)
{
        struct harness *harness = *state;
        const char *text, *end;
        json_t *object;
        pid_t pid;

        begin(harness);
        pid = start_watch(harness, "--json datastore");
        WAIT_FOR(strstr(printed(), "}\n"));
        tool_run(harness, "sed -i -e 's/first/other/' -e 's/: two/: six/' $FILE");
        WAIT_FOR(strstr(printed(), "\"changed\""));
        WAIT_FOR(strstr(printed(), "}\n{") && strstr(printed(), "}}\n"));
        stop_watch(pid);
        text = testing_read_file(&harness->testing, WATCHED);
        end = strchr(text, '\n');
        object = json_loadb(text, (size_t)(end - text), 0, NULL);
        assert_int_equal(json_integer_value(json_object_get(object, "generation")), 1);
        assert_null(json_object_get(object, "added"));
        json_decref(object);
        object = json_loads(end + 1, 0, NULL);
        assert_string_equal(json_string_value(json_object_get(object, "kind")), "change");
        assert_int_equal(json_integer_value(json_object_get(object, "generation")), 2);
        assert_string_equal(json_string_value(json_array_get(json_object_get(object, "added"), 0)),
                            "six");
        assert_string_equal(
                json_string_value(json_array_get(json_object_get(object, "removed"), 0)), "two");
        assert_int_equal(
                json_array_size(json_object_get(json_object_get(object, "changed"), "one")), 1);
        json_decref(object);
}

static void watch_ends_when_its_reader_has_gone(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        /* Nothing changes, so that it does not even write once more. */
        said = tool_run(harness, "cfgwatch watch | head -n 1");
        assert_int_equal(said.status, 0);
        expect_in(said.out, "generation 1 valid");
        said = tool_run(harness, "trap '' PIPE; cfgwatch watch | head -n 1");
        assert_int_equal(said.status, 0);
        assert_string_equal(said.err, "");
}

static void watch_finds_a_daemon_that_comes_later(void **state)
{
        struct harness *harness = *state;
        pid_t pid = start_watch(harness, "datastore");

        begin(harness);
        WAIT_FOR(strstr(printed(), " datastore generation 1 valid"));
        stop_watch(pid);
}

static void watch_says_what_it_waits_for(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        tool_expect(harness, "cfgwatch watch datastore ../x", 1, "");
        said = tool_run(harness, "timeout 1 cfgwatch watch nosuch datastore");
        assert_int_equal(said.status, 124);
        expect_in(said.err, "the daemon has no domain 'nosuch' (yet)\n");
        expect_not_in(said.err, "datastore");
        expect_in(said.out, " datastore generation 1 valid");
}

/* The first line tells what is in force; after that, what came where there was nothing. */
static void watch_names_what_comes_where_nothing_was(void **state)
{
        struct harness *harness = *state;
        pid_t pid;

        harness_start(harness, "--settle-confirm 0.1"); /* and no file */
        pid = start_watch(harness, "datastore");
        WAIT_FOR(strstr(printed(), " datastore no content"));
        tool_run(harness,
                 "printf 'datastore: two\\n\\tpath /2\\n' >$FILE; cfgwatch sync datastore");
        WAIT_FOR(strstr(printed(), " datastore generation 1 valid +two\n"));
        stop_watch(pid);
        pid = start_watch(harness, "--json datastore");
        WAIT_FOR(strstr(printed(), "}\n"));
        assert_null(strstr(printed(), "\"added\""));
        stop_watch(pid);
}

/* ----------------------------------------------------------------- terminal */

/* U+009B begins an escape sequence on terminals, and passes for a character in the file. */
static void terminal_gets_no_escape_sequence_of_the_file(void **state)
{
        struct harness *harness = *state;
        struct said said;

        testing_write_file(harness->file, "datastore: one\n\tcomment a\302\23331mb\n\tpath /1\n");
        harness_start(harness, "");
        if (!process_has_terminals() || tool_run(harness, "command -v script").status != 0)
                skip();
        said = tool_run(harness,
                        "script -qec 'cfgwatch get datastore one comment' /dev/null </dev/null");
        expect_in(said.out, "a\\xc2\\x9b31mb");
        expect_not_in(said.out, "\302\233");
        tool_expect(harness, "cfgwatch get datastore one comment", 0, "a\302\23331mb\n");
        said = tool_run(harness, "echo 'x\033[31m' >bad; cfgwatch check bad");
        assert_int_equal(said.status, 1);
        expect_not_in(said.err, "\033");
}

/* The override U+202E shows what follows from right to left; U+2069 is the end of an isolate. */
static void terminal_shows_text_in_the_order_of_the_file(void **state)
{
        struct harness *harness = *state;
        struct said said;

        testing_write_file(harness->file, "datastore: one\n"
                                          "\tcomment a\u202eb\u2069c\u200fd\u200de\n"
                                          "\tpath /one\n");
        harness_start(harness, "");
        tool_expect(harness, "cfgwatch get datastore one comment", 0,
                    "a\u202eb\u2069c\u200fd\u200de\n");
        if (!process_has_terminals() || tool_run(harness, "command -v script").status != 0)
                SKIP("no script(1), or no terminals here");
        said = tool_run(harness,
                        "script -qec 'cfgwatch get datastore one comment' /dev/null </dev/null");
        expect_in(said.out, "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa9c\\xe2\\x80\\x8fd\u200de");
}

static void colour_is_for_terminals_that_want_it(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        if (!process_has_terminals() || tool_run(harness, "command -v script").status != 0)
                skip();
        expect_in(tool_run(harness, "script -qec 'cfgwatch status' /dev/null </dev/null").out,
                  "\033[");
        expect_not_in(
                tool_run(harness, "NO_COLOR=1 script -qec 'cfgwatch status' /dev/null </dev/null")
                        .out,
                "\033[");
}

/* ----------------------------------------------------------------- examples */

static void examples_do_what_they_say(void **state)
{
        struct harness *harness = *state;
        _cleanup_free_ char *follow = format_string("%s/client/examples/follow", harness->build);
        _cleanup_free_ char *lookup =
                format_string("%s/client/examples/lookup two", harness->build);
        const char *const argv[] = {follow, NULL};
        pid_t pid;

        assert_true(follow && lookup);
        begin(harness);
        tool_expect(harness, lookup, 0, "/mnt/two\n");
        pid = process_start(argv, WATCHED);
        WAIT_FOR(strstr(printed(), "datastore: generation 1, valid\n"));
        tool_run(harness, "sed -i -e 's/first/other/' $FILE");
        WAIT_FOR(strstr(printed(), " ~one\n  one.comment: first store -> other store\n"));
        kill(pid, SIGINT);
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 0);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                SYSTEM_TEST(lookups_are_made_for_scripts),
                SYSTEM_TEST(no_is_an_exit_status_of_its_own),
                SYSTEM_TEST(options_may_stand_anywhere),
                SYSTEM_TEST(wrong_usage_is_told_on_stderr),
                SYSTEM_TEST(wrong_options_are_told_in_our_words),
                SYSTEM_TEST(help_and_version_need_nothing),
                SYSTEM_TEST(output_that_cannot_be_written_is_a_failure),
                SYSTEM_TEST(a_closed_output_is_nothing_else),
                SYSTEM_TEST(sync_prints_the_generation_in_force),
                SYSTEM_TEST(sync_of_a_broken_file_prints_the_last_good_and_says_why),
                SYSTEM_TEST(domain_without_content_says_so),
                SYSTEM_TEST(watch_prints_a_line_for_each_change),
                SYSTEM_TEST(watch_json_is_one_object_a_line),
                SYSTEM_TEST(watch_ends_when_its_reader_has_gone),
                SYSTEM_TEST(watch_finds_a_daemon_that_comes_later),
                SYSTEM_TEST(watch_says_what_it_waits_for),
                SYSTEM_TEST(watch_names_what_comes_where_nothing_was),
                SYSTEM_TEST(terminal_gets_no_escape_sequence_of_the_file),
                SYSTEM_TEST(terminal_shows_text_in_the_order_of_the_file),
                SYSTEM_TEST(colour_is_for_terminals_that_want_it),
                SYSTEM_TEST(examples_do_what_they_say),
        };

        return TESTING_RUN(tests);
}
