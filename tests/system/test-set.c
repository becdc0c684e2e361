/* SPDX-License-Identifier: MIT */
/* `cfgwatch set` and `unset` against the real daemon: one value changes, and not a byte else. */
#include "editing.h"
#include "tool.h"

#include "util.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void set_changes_one_value_and_is_in_force(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch set datastore one comment 'other store'", 0, "2\n");
        assert_string_equal(file_text(harness), OTHER);
        tool_expect(harness, "cfgwatch get datastore one comment", 0, "other store\n");
        tool_expect(harness, "cfgwatch set datastore one gc-schedule daily", 0, "3\n");
        tool_expect(harness, "cfgwatch get datastore one gc-schedule", 0, "daily\n");
        tool_expect(harness, "cfgwatch unset datastore one gc-schedule", 0, "4\n");
        assert_string_equal(file_text(harness), OTHER);
}

static void value_that_is_there_already_is_no_generation(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch set datastore one comment 'first store'", 0, "1\n");
        expect_untouched(harness);
}

static void refusal_names_the_reason_and_changes_nothing(void **state)
{
        static const struct {
                const char *command, *reason;
        } table[] = {
                {"set datastore two comment x", "no section 'two' in datastore"},
                {"unset datastore one gc-schedule", "no key 'gc-schedule' in section 'one'"},
                {"set datastore one keep-last 0", "property 'keep-last': "},
                {"set datastore one colour red", "unknown property 'colour'"},
                {"unset datastore one path", "property 'path' is missing and it is not optional."},
                {"set datastore one comment \"$(printf 'a\\nb')\"", "cannot be written"},
                {"set nothing one comment x", "no such domain 'nothing'"},
        };
        struct harness *harness = *state;

        begin(harness);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                _cleanup_free_ char *command = format_string("cfgwatch %s", table[i].command);
                struct said said;

                assert_non_null(command);
                said = tool_run(harness, command);
                assert_int_equal(said.status, 1);
                assert_string_equal(said.out, "");
                expect_in(said.err, table[i].reason);
                expect_untouched(harness);
        }
}

static void unknown_keys_pass_if_tolerant(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        expect_in(tool_run(harness, "cfgwatch set datastore one colour red").err, "--tolerant");
        tool_expect(harness, "cfgwatch set --tolerant datastore one colour red", 0, "2\n");
        tool_expect(harness, "cfgwatch get datastore one colour", 0, "red\n");
}

static void broken_file_is_not_touched(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        testing_write_file(harness->file, GOOD "rubbish\n");
        said = tool_run(harness, "cfgwatch set datastore one comment x");
        assert_int_equal(said.status, 1);
        expect_in(said.err, ":4: syntax error");
        expect_in(said.err, "cfgwatch edit datastore");
        assert_string_equal(file_text(harness), GOOD "rubbish\n");
}

static void without_a_daemon_it_is_written_and_said_so(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        harness_stop(harness, SIGTERM);
        said = tool_run(harness, "cfgwatch set datastore one comment 'other store'");
        assert_int_equal(said.status, 3);
        expect_in(said.err, "no daemon is running");
        assert_string_equal(file_text(harness), OTHER);
}

/* Its own directory is gone: not the domain, nor the daemon. */
static void daemon_that_cannot_store_it_says_so(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        tool_run(harness, "rm -r ../state/datastore");
        said = tool_run(harness, "cfgwatch set datastore one comment 'other store'");
        assert_int_equal(said.status, 4);
        expect_in(said.err, "is written, but the daemon has not confirmed it");
        expect_in(said.err, "cannot store generation 2: No such file or directory");
        said = tool_run(harness, "cfgwatch sync datastore");
        assert_int_equal(said.status, 4);
        expect_in(said.err, "Input/output error");
        assert_string_equal(file_text(harness), OTHER);
}

static void comments_of_an_ini_file_stay(void **state)
{
        struct harness *harness = *state;

        make_room(harness);
        testing_write_file(harness->file, "; ours\n[one]\n# why\npath = /a\ncomment: x\n");
        testing_write_file(testing_path(&harness->testing, "conf"),
                           "[domain datastore]\nformat = ini\n");
        harness_start(harness, "--config ../conf --settle-confirm 0.3");
        tool_expect(harness, "cfgwatch set datastore one path /b", 0, "2\n");
        expect_in(file_text(harness), "; ours\n[one]\n# why\npath");
        expect_in(file_text(harness), "comment: x\n");
        tool_expect(harness, "cfgwatch get datastore one path", 0, "/b\n");
        tool_expect(harness, "cfgwatch unset datastore one comment", 0, "3\n");
        expect_in(file_text(harness), "; ours\n[one]\n# why\npath");
        expect_not_in(file_text(harness), "comment");
}

/* Each sets keys of a section of his own; the lock and the digest keep them apart. */
static void writers_at_once_lose_nothing(void **state)
{
        struct harness *harness = *state;

        make_room(harness);
        tool_run(harness,
                 "for i in 1 2 3 4; do printf 'datastore: st%s\\n\\tpath /%s\\n\\n' $i $i; "
                 "done >datastore.cfg");
        harness_start(harness, "--settle-confirm 0.3");
        tool_expect(harness,
                    "for i in 1 2 3 4; do (for j in 1 2 3 4 5 6 7 8 9 10; do "
                    "cfgwatch set datastore st$i comment w$j >/dev/null || exit 1; "
                    "cfgwatch set datastore st$i keep-last $j >/dev/null || exit 1; "
                    "done) & pids=\"$pids $!\"; done; for p in $pids; do wait $p || exit 1; done",
                    0, "");
        tool_expect(harness,
                    "for i in 1 2 3 4; do cfgwatch get datastore st$i comment; "
                    "cfgwatch get datastore st$i keep-last; done",
                    0, "w10\n10\nw10\n10\nw10\n10\nw10\n10\n");
}

static void value_may_look_like_an_option(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch set -- datastore one comment --json", 0, "2\n");
        tool_expect(harness, "cfgwatch set datastore one comment -- -h", 0, "3\n");
        tool_expect(harness, "cfgwatch get datastore one comment", 0, "-h\n");
}

static void wrong_usage_is_told(void **state)
{
        struct harness *harness = *state;

        tool_expect(harness, "cfgwatch set datastore one comment", 2, "");
        tool_expect(harness, "cfgwatch set datastore one comment a b", 2, "");
        tool_expect(harness, "cfgwatch unset datastore one", 2, "");
        tool_expect(harness, "cfgwatch --strict set datastore one comment a", 2, "");
        tool_expect(harness, "cfgwatch set datastore one comment a", 3, "");
}

/* It may be what others put there, and does not pass because one does not touch it. */
static void unknown_key_of_the_file_can_be_removed(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        testing_write_file(harness->file, GOOD "\tcolour red\n");
        expect_in(tool_run(harness, "cfgwatch set datastore one comment x").err, "--tolerant");
        assert_string_equal(file_text(harness), GOOD "\tcolour red\n");
        assert_int_equal(tool_run(harness, "cfgwatch unset datastore one colour").status, 0);
        assert_string_equal(file_text(harness), GOOD);
}

static void missing_file_has_nothing_to_change(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        said = tool_run(harness, "rm $FILE; cfgwatch set datastore one comment x");
        assert_int_equal(said.status, 4);
        expect_in(said.err, "No such file");
        tool_expect(harness, "test ! -e $FILE", 0, "");
}

static void who_may_not_write_changes_nothing(void **state)
{
        struct harness *harness = *state;
        struct said said;

        need_nobody(harness);
        begin(harness);
        said = tool_run(harness, "$AS_NOBODY cfgwatch set datastore one comment x");
        assert_int_equal(said.status, 4);
        expect_in(said.err, "cannot write ");
        /* He may make files beside it, but none for its owner. */
        said = tool_run(harness, "chown 65534 .; $AS_NOBODY cfgwatch set datastore one comment x");
        assert_int_equal(said.status, 4);
        expect_in(said.err, "its owner or an attribute cannot be given");
        tool_expect(harness, "ls -A", 0, "datastore.cfg\n");
        expect_untouched(harness);
}

/* The one who edits by hand is told, and loses nothing either. */
static void set_does_not_wait_for_an_edit(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        set_editor(harness, "cfgwatch set datastore one keep-last 3; sed -i s/first/other/ \"$1\"");
        said = tool_run(harness, "cfgwatch edit datastore");
        assert_int_equal(said.status, 1);
        expect_in(said.err, "was changed by somebody else meanwhile");
        assert_string_equal(kept_text(harness, said.err), OTHER);
        tool_expect(harness, "cfgwatch get datastore one keep-last", 0, "3\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(set_changes_one_value_and_is_in_force),
                SYSTEM_TEST(value_that_is_there_already_is_no_generation),
                SYSTEM_TEST(refusal_names_the_reason_and_changes_nothing),
                SYSTEM_TEST(unknown_keys_pass_if_tolerant),
                SYSTEM_TEST(broken_file_is_not_touched),
                SYSTEM_TEST(without_a_daemon_it_is_written_and_said_so),
                SYSTEM_TEST(daemon_that_cannot_store_it_says_so),
                SYSTEM_TEST(comments_of_an_ini_file_stay),
                SYSTEM_TEST(writers_at_once_lose_nothing),
                SYSTEM_TEST(value_may_look_like_an_option),
                SYSTEM_TEST(wrong_usage_is_told),
                SYSTEM_TEST(unknown_key_of_the_file_can_be_removed),
                SYSTEM_TEST(missing_file_has_nothing_to_change),
                SYSTEM_TEST(who_may_not_write_changes_nothing),
                SYSTEM_TEST(set_does_not_wait_for_an_edit),
        };

        return TESTING_RUN(tests);
}
