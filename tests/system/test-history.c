/* SPDX-License-Identifier: MIT */
/* `cfgwatch history` and `cfgwatch diff` against the real daemon. */
#include "harness.h"
#include "tool.h"

#include "util.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ONE                                                                                        \
        "datastore: one\n\tcomment first\n\tpath /mnt/one\n\n"                                     \
        "datastore: two\n\tpath /mnt/two\n"
#define TWO                                                                                        \
        "datastore: one\n\tcomment second\n\tgc-schedule daily\n\tpath /mnt/one\n\n"               \
        "datastore: three\n\tpath /mnt/three\n"
#define FOUR "datastore: one\n\tpath /mnt/one\n\ndatastore: three\n\tpath /mnt/three\n"

/* Four generations; the third differs from the second by a blank line alone. */
static void begin(struct harness *harness)
{
        static const char *const texts[] = {ONE, TWO, TWO "\n", FOUR};

        setenv("TZ", "UTC", 1);
        testing_write_file(harness->file, texts[0]);
        harness_start(harness, "--settle-confirm 0.1");
        for (size_t i = 1; i < ELEMENTS(texts); i++) {
                testing_write_file(harness->file, texts[i]);
                assert_int_equal(harness_sync(harness), i + 1);
        }
}

/* ------------------------------------------------------------------ history */

/* Times and digests aside, which `sed` takes out. */
#define PLAIN " | sed 's/  20..-..-.. ..:..:..  [0-9a-f]\\{12\\} / T D/'"

static void history_tells_what_each_generation_changed(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch history datastore" PLAIN, 0,
                    "     4 T D       65  ~one: comment, gc-schedule\n"
                    "     3 T D      101  (no section differs)\n"
                    "     2 T D      100  ~one: comment, gc-schedule +three -two\n"
                    "     1 T D       76  2 sections\n");
        tool_expect(harness, "cfgwatch history -n 2 datastore" PLAIN, 0,
                    "     4 T D       65  ~one: comment, gc-schedule\n"
                    "     3 T D      101  (no section differs)\n");
        tool_expect(harness, "cfgwatch history datastore --count=1" PLAIN, 0,
                    "     4 T D       65  ~one: comment, gc-schedule\n");
}

/* The last line that there may be tells what that one changed, as all others do. */
static void the_thousandth_line_is_like_the_others(void **state)
{
        struct harness *harness = *state;
        const char *new = testing_path(&harness->testing, "new");
        char text[64];

        if (harness_is_slow())
                skip();
        setenv("TZ", "UTC", 1);
        testing_write_file(harness->file, "datastore: one\n\tpath /mnt/1\n");
        harness_start(harness, "--history 2000");
        for (unsigned int i = 2; i <= 1001; i++) {
                snprintf(text, sizeof(text), "datastore: one\n\tpath /mnt/%u\n", i);
                testing_write_file(new, text);
                assert_int_equal(rename(new, harness->file), 0);
                assert_int_equal(harness_sync(harness), i);
        }
        tool_expect(harness, "cfgwatch history -n 1000 datastore | tail -1" PLAIN, 0,
                    "     2 T D       28  ~one: path\n");
        tool_expect(harness, "cfgwatch history -n 9999 datastore | wc -l", 0, "1000\n");
}

static void history_shows_the_digest_that_sha256sum_shows(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness,
                    "d=$(sha256sum <$FILE | cut -c1-12);"
                    "cfgwatch history datastore -n 1 | grep -c \" $d \"",
                    0, "1\n");
        tool_expect(harness,
                    "d=$(sha256sum <$FILE | cut -c1-64);"
                    "cfgwatch history datastore --json | grep -c \"sha256:$d\"",
                    0, "1\n");
}

static void history_json_has_what_a_program_wants(void **state)
{
        struct harness *harness = *state;
        struct said said;
        json_t *history, *list, *entry;

        begin(harness);
        said = tool_run(harness, "cfgwatch --json history datastore -n 3");
        assert_int_equal(said.status, 0);
        history = json_loads(said.out, 0, NULL);
        assert_non_null(history);
        assert_string_equal(json_string_value(json_object_get(history, "domain")), "datastore");
        assert_string_equal(json_string_value(json_object_get(history, "path")), harness->file);
        list = json_object_get(history, "entries");
        assert_int_equal(json_array_size(list), 3);
        entry = json_array_get(list, 2);
        assert_int_equal(json_integer_value(json_object_get(entry, "generation")), 2);
        assert_int_equal(json_integer_value(json_object_get(entry, "size")), strlen(TWO));
        assert_int_equal(json_integer_value(json_object_get(entry, "sections")), 2);
        assert_string_equal(json_string_value(json_array_get(json_object_get(entry, "added"), 0)),
                            "three");
        assert_string_equal(json_string_value(json_array_get(json_object_get(entry, "removed"), 0)),
                            "two");
        assert_int_equal(json_array_size(json_object_get(json_object_get(entry, "changed"), "one")),
                         2);
        json_decref(history);
}

static void a_damaged_generation_is_shown_as_that(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        /* The bytes differ; the digest is missing. */
        testing_write_file(testing_path(&harness->testing, "state/datastore/3.cfg"), ONE);
        assert_int_equal(unlink(testing_path(&harness->testing, "state/datastore/1.sha256")), 0);
        said = tool_run(harness, "cfgwatch history datastore");
        assert_int_equal(said.status, 0);
        expect_in(said.out, " (generation 3 is damaged, or cannot be parsed)\n");
        expect_in(said.out,
                  "damaged             76  (generation 1 is damaged, or cannot be parsed)\n");
        said = tool_run(harness, "cfgwatch diff datastore 3");
        assert_int_equal(said.status, 4);
        assert_string_equal(said.out, "");
        expect_in(said.err, "generation 3 of datastore is damaged");
        tool_expect(harness, "cfgwatch diff datastore 1", 4, "");
}

static void history_of_nothing_says_so(void **state)
{
        struct harness *harness = *state;

        harness_start(harness, "--settle-confirm 0.1"); /* and no file */
        tool_expect(harness, "cfgwatch history datastore", 1, "");
        tool_expect(harness, "cfgwatch diff datastore", 1, "");
        tool_expect(harness, "cfgwatch history nosuch", 1, "");
        tool_expect(harness, "cfgwatch diff ../etc", 1, "");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        tool_expect(harness, "cfgwatch history datastore", 3, "");
        tool_expect(harness, "cfgwatch diff datastore", 3, "");
}

static void history_outlives_a_restart(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGKILL), 128 + SIGKILL);
        harness_start(harness, "");
        tool_expect(harness, "cfgwatch history datastore | wc -l", 0, "4\n");
        tool_expect(harness, "cfgwatch diff datastore 1 2 | grep -c two", 0, "2\n");
}

/* --------------------------------------------------------------------- diff */

#define HEADS " | sed 's/\\t20..-..-.. ..:..:..$/ T/'"

static void diff_is_unified_text_of_sections(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch diff datastore 1 2" HEADS, 0,
                    "--- datastore generation 1 T\n"
                    "+++ datastore generation 2 T\n"
                    "@@ -1,3 +1,4 @@\n"
                    " datastore: one\n"
                    "-\tcomment first\n"
                    "+\tcomment second\n"
                    "+\tgc-schedule daily\n"
                    " \tpath /mnt/one\n"
                    "@@ -0,0 +6,2 @@\n"
                    "+datastore: three\n"
                    "+\tpath /mnt/three\n"
                    "@@ -5,2 +0,0 @@\n"
                    "-datastore: two\n"
                    "-\tpath /mnt/two\n");
        /* Backwards it takes back what it gave. */
        tool_expect(harness, "cfgwatch diff datastore 4 2" HEADS, 0,
                    "--- datastore generation 4 T\n"
                    "+++ datastore generation 2 T\n"
                    "@@ -1,2 +1,4 @@\n"
                    " datastore: one\n"
                    "+\tcomment second\n"
                    "+\tgc-schedule daily\n"
                    " \tpath /mnt/one\n");
}

static void diff_chooses_what_was_not_said(void **state)
{
        static const char last[] = "--- datastore generation 3 T\n"
                                   "+++ datastore generation 4 T\n"
                                   "@@ -1,4 +1,2 @@\n"
                                   " datastore: one\n"
                                   "-\tcomment second\n"
                                   "-\tgc-schedule daily\n"
                                   " \tpath /mnt/one\n";
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch diff datastore" HEADS, 0, last);
        tool_expect(harness, "cfgwatch diff datastore 3" HEADS, 0, last);
        tool_expect(harness, "cfgwatch diff datastore 3 4" HEADS, 0, last);
        tool_expect(harness, "cfgwatch diff datastore 2 3", 0, "");
        tool_expect(harness, "cfgwatch diff datastore 4", 0, "");
        /* A broken file changes nothing of it. */
        testing_write_file(harness->file, "rubbish\n");
        tool_run(harness, "cfgwatch sync datastore");
        tool_expect(harness, "cfgwatch diff datastore" HEADS, 0, last);
}

static void diff_says_what_it_does_not_have(void **state)
{
        struct harness *harness = *state;
        struct said said;

        testing_write_file(harness->file, ONE);
        harness_start(harness, "");
        tool_expect(harness, "cfgwatch diff datastore", 1, "");
        said = tool_run(harness, "cfgwatch diff datastore 7");
        assert_int_equal(said.status, 1);
        assert_string_equal(said.out, "");
        expect_in(said.err, "generation 7 of datastore is not kept");
        tool_expect(harness, "cfgwatch diff datastore 1 18446744073709551615", 1, "");
}

static void numbers_that_are_none_are_wrong_usage(void **state)
{
        static const char *const wrong[] = {
                "cfgwatch diff datastore x",        "cfgwatch diff datastore 0",
                "cfgwatch diff datastore -- -1",    "cfgwatch diff datastore 1 ''",
                "cfgwatch diff datastore 1x",       "cfgwatch diff datastore 18446744073709551616",
                "cfgwatch diff datastore 1 2 3",    "cfgwatch diff",
                "cfgwatch diff --json datastore",   "cfgwatch history",
                "cfgwatch history -n 0 datastore",  "cfgwatch history -n x datastore",
                "cfgwatch history -n -1 datastore", "cfgwatch history datastore -n",
                "cfgwatch list -n 1 datastore",
        };
        struct harness *harness = *state;

        begin(harness);
        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                tool_expect(harness, wrong[i], 2, "");
}

/* Lines that went stand where they stood; a type that changed is a line of its own. */
static void diff_keeps_lines_in_their_places(void **state)
{
        struct harness *harness = *state;

        testing_write_file(harness->file, "datastore: one\n\tcomment c\n\tgc-schedule daily\n"
                                          "\tkeep-last 3\n\tpath /one\n\tprune-schedule daily\n");
        harness_start(harness, "--settle-confirm 0.1");
        testing_write_file(harness->file, "unknown: one\n\tcomment c\n\tpath /one\n"
                                          "\tkeep-last 5\n");
        assert_int_equal(harness_sync(harness), 2);
        tool_expect(harness, "cfgwatch diff datastore | tail -n +4", 0,
                    "-datastore: one\n"
                    "+unknown: one\n"
                    " \tcomment c\n"
                    "-\tgc-schedule daily\n"
                    " \tpath /one\n"
                    "-\tkeep-last 3\n"
                    "+\tkeep-last 5\n"
                    "-\tprune-schedule daily\n");
}

static void diff_on_a_terminal_has_colours_and_no_escapes_of_the_file(void **state)
{
        struct harness *harness = *state;
        struct said said;

        testing_write_file(harness->file, "datastore: one\n\tcomment a\n\tpath /1\n");
        harness_start(harness, "--settle-confirm 0.1");
        testing_write_file(harness->file, "datastore: one\n\tcomment a\302\23331mb\n\tpath /1\n");
        assert_int_equal(harness_sync(harness), 2);
        if (!process_has_terminals() || tool_run(harness, "command -v script").status != 0)
                SKIP("no script(1), or no terminals here");
        said = tool_run(harness, "script -qec 'cfgwatch diff datastore' /dev/null </dev/null");
        expect_in(said.out, "\033[1;31m-\tcomment a\033[0m");
        expect_in(said.out, "\033[1;32m+\tcomment a\\xc2\\x9b31mb\033[0m");
        expect_not_in(said.out, "\302\233");
        expect_in(tool_run(harness, "cfgwatch diff datastore").out, "+\tcomment a\302\23331mb\n");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                SYSTEM_TEST(history_tells_what_each_generation_changed),
                SYSTEM_TEST(the_thousandth_line_is_like_the_others),
                SYSTEM_TEST(history_shows_the_digest_that_sha256sum_shows),
                SYSTEM_TEST(history_json_has_what_a_program_wants),
                SYSTEM_TEST(a_damaged_generation_is_shown_as_that),
                SYSTEM_TEST(history_of_nothing_says_so),
                SYSTEM_TEST(history_outlives_a_restart),
                SYSTEM_TEST(diff_is_unified_text_of_sections),
                SYSTEM_TEST(diff_chooses_what_was_not_said),
                SYSTEM_TEST(diff_says_what_it_does_not_have),
                SYSTEM_TEST(numbers_that_are_none_are_wrong_usage),
                SYSTEM_TEST(diff_keeps_lines_in_their_places),
                SYSTEM_TEST(diff_on_a_terminal_has_colours_and_no_escapes_of_the_file),
        };

        return TESTING_RUN(tests);
}
