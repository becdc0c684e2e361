/* SPDX-License-Identifier: MIT */
/*
 * `cfgwatch edit` against the real daemon, with editors of every temper: what they save is in
 * force, or nothing has changed, and what somebody typed is never lost.
 */
#include "editing.h"
#include "tool.h"

#include "util.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char edit[] = "cfgwatch edit datastore";

/* -------------------------------------------------------------------- saved */

static void what_is_saved_is_in_force(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        set_editor(harness, "sed -i s/first/other/ \"$1\"");
        tool_expect(harness, edit, 0, "generation 2 in force\n");
        tool_expect(harness, "cfgwatch get datastore one comment", 0, "other store\n");
        assert_string_equal(file_text(harness), OTHER);
        expect_no_litter(harness);
}

static void what_was_not_changed_is_not_saved(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        set_editor(harness, "cp \"$1\" new; mv new \"$1\"");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 0);
        expect_in(said.err, "no changes made to ");
        expect_in(said.err, harness->file);
        expect_untouched(harness);
        expect_no_litter(harness);
}

static void copy_is_private_and_has_the_files_name(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        set_editor(harness, "stat -c '%a' \"$1\" \"${1%/*}\" >../seen; echo \"$1\" >>../seen");
        assert_int_equal(tool_run(harness, edit).status, 0);
        tool_expect(harness, "sed 's,/room/cfgwatch-edit-.*/,/X/,; s,.*/X,X,' ../seen", 0,
                    "600\n700\nX/datastore.cfg\n");
}

static void editor_is_the_one_that_the_user_names(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        set_editor(harness, "sed -i s/first/second/ \"$1\"");
        tool_expect(harness, edit, 0, "generation 2 in force\n");
        /* With words of its own, quoted by the rules of the shell. */
        setenv("VISUAL", "sed -i -e 's/second store/the third/'", 1);
        tool_expect(harness, edit, 0, "generation 3 in force\n");
        tool_expect(harness, "cfgwatch get datastore one comment", 0, "the third\n");
        /* No names: vi. Here the one that comes first. */
        tool_run(harness, "mkdir ../bin; printf '#!/bin/sh\\nsed -i s/third/fourth/ \"$1\"\\n' "
                          ">../bin/vi; chmod +x ../bin/vi");
        tool_expect(harness, "VISUAL= EDITOR=' ' PATH=$PWD/../bin:$PATH cfgwatch edit datastore", 0,
                    "generation 4 in force\n");
        tool_expect(harness, "cfgwatch get datastore one comment", 0, "the fourth\n");
        /* More than a simple command, and what is part of the shell. */
        setenv("VISUAL", "WORD=fifth; set -- -i s/fourth/$WORD/ \"$1\"; sed", 1);
        tool_expect(harness, edit, 0, "generation 5 in force\n");
        setenv("VISUAL", ":", 1);
        expect_in(tool_run(harness, edit).err, "no changes made");
        expect_no_litter(harness);
}

/* Backups and the like: not the user's, once the text is in the file. */
static void what_the_editor_leaves_beside_goes_with_the_copy(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        set_editor(harness, "cp \"$1\" \"$1~\"; sed -i s/first/other/ \"$1\"");
        tool_expect(harness, edit, 0, "generation 2 in force\n");
        expect_no_litter(harness);
}

static void broken_file_can_be_mended(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_run(harness, "echo rubbish >>$FILE; cfgwatch sync datastore");
        set_editor(harness, "sed -i -e /rubbish/d -e s/first/other/ \"$1\"");
        tool_expect(harness, edit, 0, "generation 2 in force\n");
        assert_string_equal(file_text(harness), OTHER);
}

static void broken_file_of_a_domain_that_never_had_content(void **state)
{
        struct harness *harness = *state;

        make_room(harness);
        testing_write_file(harness->file, "rubbish\n");
        harness_start(harness, "--settle-confirm 0.1");
        set_editor(harness, "sed -i '1s/.*/datastore: one\\n\\tpath \\/1/' \"$1\"");
        tool_expect(harness, edit, 0, "generation 1 in force\n");
}

/* The domain's format was set anew: what is in force was read by the old one. */
static void file_that_has_to_be_of_another_format_now_can_be_mended(void **state)
{
        struct harness *harness = *state;
        const char *config = testing_path(&harness->testing, "conf");
        _cleanup_free_ char *options = format_string("--config %s", config);

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        assert_non_null(options);
        testing_write_file(config, "[domain datastore]\nformat = ini\n");
        harness_start(harness, options);
        set_editor(harness, "printf '[one]\\npath = /mnt/one\\ncomment = ini\\n' >\"$1\"");
        tool_expect(harness, edit, 0, "generation 2 in force\n");
        tool_expect(harness, "cfgwatch get datastore one comment", 0, "ini\n");
}

static void missing_file_begins_empty(void **state)
{
        struct harness *harness = *state;
        struct said said;

        make_room(harness);
        harness_start(harness, "--settle-confirm 0.1");
        set_editor(harness, "printf 'datastore: one\\n\\tpath /1\\n' >>\"$1\"");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 0);
        assert_string_equal(said.out, "generation 1 in force\n");
        expect_in(said.err, "beginning with an empty text");
        tool_expect(harness, "cfgwatch list datastore", 0, "one\n");
}

static void symbolic_link_stays(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_run(harness, "mkdir ../real; mv $FILE ../real/; ln -s ../real/datastore.cfg $FILE; "
                          "cfgwatch sync datastore");
        set_editor(harness, "sed -i s/first/other/ \"$1\"");
        tool_expect(harness, edit, 0, "generation 2 in force\n");
        tool_expect(harness, "readlink $FILE; grep -c other ../real/datastore.cfg", 0,
                    "../real/datastore.cfg\n1\n");
}

static void without_a_daemon_it_is_written_all_the_same(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        set_editor(harness, "sed -i s/first/other/ \"$1\"");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 3);
        assert_string_equal(said.out, "");
        expect_in(said.err, "is written, but no daemon is running");
        assert_string_equal(file_text(harness), OTHER);
        expect_no_litter(harness);
}

/* ------------------------------------------------------------------ refused */

static void nothing_to_edit_is_told_before_the_editor_runs(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        set_editor(harness, "touch ../ran");
        tool_expect(harness, "cfgwatch edit nosuch", 1, "");
        tool_expect(harness, "cfgwatch edit ../x", 1, "");
        tool_expect(harness, "CFGWATCH_RUNTIME_DIR=/nonexistent cfgwatch edit datastore", 3, "");
        tool_run(harness, "rm $FILE; mkdir $FILE");
        tool_expect(harness, edit, 4, "");
        tool_expect(harness, "test ! -e ../ran", 0, "");
        expect_no_litter(harness);
}

static void who_may_not_write_is_told_before_the_editor_runs(void **state)
{
        struct harness *harness = *state;
        struct said said;

        need_nobody(harness);
        begin(harness);
        set_editor(harness, "touch ../ran");
        said = tool_run(harness, "chmod 1777 ../room; $AS_NOBODY cfgwatch edit datastore");
        assert_int_equal(said.status, 4);
        expect_in(said.err, "cannot edit ");
        expect_in(said.err, "Permission denied");
        tool_expect(harness, "test ! -e ../ran", 0, "");
}

static void broken_text_is_refused_with_its_line_and_kept(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        set_editor(harness, "echo rubbish >>\"$1\"");
        said = tool_run(harness, edit); /* and no terminal to ask on */
        assert_int_equal(said.status, 1);
        expect_in(said.err, "datastore.cfg:4: syntax error");
        assert_string_equal(kept_text(harness, said.err), GOOD "rubbish\n");
        expect_untouched(harness);
}

static void unknown_key_is_refused_unless_tolerant(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        set_editor(harness, "sed -i 's/comment/new-key/' \"$1\"");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 1);
        expect_in(said.err, "datastore.cfg:2: ");
        expect_in(said.err, "--tolerant");
        expect_untouched(harness);
        tool_expect(harness, "cfgwatch edit --tolerant datastore", 0, "generation 2 in force\n");
}

/* An editor that crashed, or a way to give up: nobody empties such a file like this. */
static void empty_text_is_refused(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        set_editor(harness, ": >\"$1\"");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 1);
        expect_in(said.err, "the edited text is empty");
        set_editor(harness, "rm \"$1\"");
        assert_int_equal(tool_run(harness, edit).status, 4);
        expect_untouched(harness);
        expect_no_litter(harness);
}

static void editor_that_fails_saves_nothing(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        set_editor(harness, "sed -i s/first/other/ \"$1\"; exit 7");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 1);
        expect_in(said.err, "failed with status 7");
        assert_string_equal(kept_text(harness, said.err), OTHER);
        tool_run(harness, "rm -r ../room/*");
        set_editor(harness, "exit 7"); /* vi's :cq */
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 1);
        expect_not_in(said.err, "kept");
        expect_untouched(harness);
        expect_no_litter(harness);
}

static void what_an_editor_rescued_when_it_crashed_is_kept(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        set_editor(harness, "echo typed >\"$1.save\"; kill -SEGV $$");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 1);
        expect_in(said.err, "failed with status 139");
        expect_in(said.err, ", with what the editor left beside it");
        tool_expect(harness, "cat ../room/*/datastore.cfg.save", 0, "typed\n");
}

static void editor_that_cannot_be_run_is_told(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        setenv("EDITOR", "/nonexistent/editor", 1);
        unsetenv("VISUAL");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 4);
        expect_in(said.err, "the editor '/nonexistent/editor' failed with status 127");
        expect_no_litter(harness);
}

/* --------------------------------------------------------------- two at once */

static void second_edit_at_once_is_refused(void **state)
{
        struct harness *harness = *state;
        _cleanup_free_ char *holder = NULL;
        struct said said;
        pid_t first;

        begin(harness);
        set_editor(harness, "touch ../ready; while [ ! -e ../go ]; do sleep 0.01; done; "
                            "sed -i s/first/other/ \"$1\"");
        first = process_start((const char *[]){"cfgwatch", "edit", "datastore", NULL}, "../first");
        WAIT_FOR(access("../ready", F_OK) == 0);
        set_editor(harness, "touch ../ran");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 1);
        holder = format_string("datastore is being edited by somebody else (pid %d)\n", first);
        assert_non_null(holder);
        expect_in(said.err, holder);
        tool_expect(harness, "test ! -e ../ran", 0, "");
        tool_run(harness, "touch ../go");
        assert_int_equal(process_wait(first, TEST_PATIENCE_USEC), 0);
        assert_string_equal(file_text(harness), OTHER);
        tool_expect(harness, "cat ../first", 0, "generation 2 in force\n");
        expect_no_litter(harness);
}

/* The editor's children must not hold the lock, and no file must be left that does. */
static void lock_goes_with_the_edit_however_it_ends(void **state)
{
        struct harness *harness = *state;
        pid_t first;

        begin(harness);
        set_editor(harness, "touch ../ready; sleep 100 & wait");
        first = process_start((const char *[]){"cfgwatch", "edit", "datastore", NULL}, NULL);
        WAIT_FOR(access("../ready", F_OK) == 0);
        kill(first, SIGKILL);
        assert_int_equal(process_wait(first, TEST_PATIENCE_USEC), 128 + SIGKILL);
        set_editor(harness, "sed -i s/first/other/ \"$1\"");
        tool_expect(harness, edit, 0, "generation 2 in force\n");
}

/* As flock(2) on NFS of a file that is open for reading alone. */
static void file_that_cannot_be_locked_is_edited_all_the_same(void **state)
{
        struct harness *harness = *state;

        if (process_shell("strace -o /dev/null true", harness->shell_log) != 0)
                SKIP("no strace, or it is not allowed to trace");
        begin(harness);
        set_editor(harness, "sed -i s/first/other/ \"$1\"");
        setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* its way of looking needs ptrace, too */
        tool_expect(harness,
                    "strace -o ../trace -e trace=flock -e inject=flock:error=EBADF:when=1 "
                    "cfgwatch edit datastore",
                    0, "generation 2 in force\n");
        tool_expect(harness, "grep -c 'flock.*INJECTED' ../trace", 0, "1\n");
        assert_string_equal(file_text(harness), OTHER);
}

static void who_saved_meanwhile_is_not_overwritten(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin(harness);
        set_editor(harness, "sed -i s/first/other/ \"$1\"; echo >>$FILE");
        said = tool_run(harness, edit);
        assert_int_equal(said.status, 1);
        expect_in(said.err, "was changed by somebody else meanwhile");
        assert_string_equal(kept_text(harness, said.err), OTHER);
        assert_string_equal(file_text(harness), GOOD "\n");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                SYSTEM_TEST(what_is_saved_is_in_force),
                SYSTEM_TEST(what_was_not_changed_is_not_saved),
                SYSTEM_TEST(copy_is_private_and_has_the_files_name),
                SYSTEM_TEST(editor_is_the_one_that_the_user_names),
                SYSTEM_TEST(what_the_editor_leaves_beside_goes_with_the_copy),
                SYSTEM_TEST(broken_file_can_be_mended),
                SYSTEM_TEST(broken_file_of_a_domain_that_never_had_content),
                SYSTEM_TEST(file_that_has_to_be_of_another_format_now_can_be_mended),
                SYSTEM_TEST(missing_file_begins_empty),
                SYSTEM_TEST(symbolic_link_stays),
                SYSTEM_TEST(without_a_daemon_it_is_written_all_the_same),
                SYSTEM_TEST(nothing_to_edit_is_told_before_the_editor_runs),
                SYSTEM_TEST(who_may_not_write_is_told_before_the_editor_runs),
                SYSTEM_TEST(broken_text_is_refused_with_its_line_and_kept),
                SYSTEM_TEST(unknown_key_is_refused_unless_tolerant),
                SYSTEM_TEST(empty_text_is_refused),
                SYSTEM_TEST(editor_that_fails_saves_nothing),
                SYSTEM_TEST(what_an_editor_rescued_when_it_crashed_is_kept),
                SYSTEM_TEST(editor_that_cannot_be_run_is_told),
                SYSTEM_TEST(second_edit_at_once_is_refused),
                SYSTEM_TEST(lock_goes_with_the_edit_however_it_ends),
                SYSTEM_TEST(file_that_cannot_be_locked_is_edited_all_the_same),
                SYSTEM_TEST(who_saved_meanwhile_is_not_overwritten),
        };

        return TESTING_RUN(tests);
}
