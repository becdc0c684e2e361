/* SPDX-License-Identifier: MIT */
/*
 * `cfgwatch edit` between a terminal, its signals and an editor: who gets which key and signal,
 * and that what somebody typed is never lost.
 */
#include "editing.h"
#include "tool.h"

#include "util.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------ signals */

static pid_t start_waiting_edit(struct harness *harness, const char *script)
{
        pid_t pid;

        set_editor(harness, script);
        unlink("../said");
        pid = process_start((const char *[]){"cfgwatch", "edit", "datastore", NULL}, "../said");
        WAIT_FOR(access("../ready", F_OK) == 0);
        return pid;
}

static void signal_ends_the_editor_too_and_the_text_is_kept(void **state)
{
        static const int signals[] = {SIGTERM, SIGHUP, SIGINT};
        struct harness *harness = *state;
        const char *said;
        pid_t pid;

        begin(harness);
        for (size_t i = 0; i < ELEMENTS(signals); i++) {
                pid = start_waiting_edit(harness,
                                         "sed -i s/first/other/ \"$1\"; echo $$ >../ready; "
                                         "exec sleep 100");
                kill(pid, signals[i]);
                assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 128 + signals[i]);
                said = testing_read_file(&harness->testing, "../said");
                assert_string_equal(kept_text(harness, said), OTHER);
                tool_expect(harness, "! kill -0 $(cat ../ready) 2>/dev/null", 0, "");
                tool_run(harness, "rm -r ../ready ../room/*");
        }
        expect_untouched(harness);
}

/* vim gives up its rescue when a second signal comes. */
static void editor_that_ends_by_itself_gets_no_second_signal(void **state)
{
        struct harness *harness = *state;
        pid_t pid;

        begin(harness);
        pid = start_waiting_edit(harness, "trap 'echo once >>../signals; sleep 0.1; "
                                          "echo typed >\"$1.swp\"; exit 1' TERM; "
                                          "touch ../ready; while :; do sleep 0.01; done");
        kill(-pid, SIGTERM); /* all of its group */
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 128 + SIGTERM);
        tool_expect(harness, "cat ../signals ../room/*/*.swp", 0, "once\ntyped\n");
}

static void editor_that_will_not_end_does_not_hold_us(void **state)
{
        struct harness *harness = *state;
        pid_t pid;

        begin(harness);
        pid = start_waiting_edit(harness, "trap '' TERM; touch ../ready; sleep 100 & wait");
        kill(pid, SIGTERM);
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 128 + SIGTERM);
        expect_untouched(harness);
}

static void ignored_hang_up_stays_ignored(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        set_editor(harness, "kill -HUP $PPID; sleep 0.1; sed -i s/first/other/ \"$1\"");
        tool_expect(harness, "trap '' HUP; cfgwatch edit datastore", 0, "generation 2 in force\n");
}

static char process_state(pid_t pid)
{
        char path[64], state = '?';
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        file = fopen(path, "re");
        assert_non_null(file);
        assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
        fclose(file);
        return state;
}

/* busybox vi stops itself alone; the shell gets the terminal only if we stop as well. */
static void editor_that_suspends_itself_suspends_us(void **state)
{
        struct harness *harness = *state;
        pid_t pid;

        begin(harness);
        pid = start_waiting_edit(harness,
                                 "touch ../ready; kill -STOP $$; sed -i s/first/other/ \"$1\"");
        WAIT_FOR(process_state(pid) == 'T');
        kill(pid, SIGCONT);
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 0);
        assert_string_equal(file_text(harness), OTHER);
}

/* ----------------------------------------------------------------- terminal */

#define PROMPT "(q)uit without saving?"

static int converse(const struct process_turn *turns, size_t count)
{
        const char *const argv[] = {"/bin/sh", "-c", "exec cfgwatch edit datastore 2>../err", NULL};

        return process_converse(argv, turns, count);
}

static void need_terminal(void)
{
        if (!process_has_terminals())
                SKIP("no terminals here");
}

/* The editor breaks the text at the first time and mends it at the second. */
static void set_two_faced_editor(struct harness *harness)
{
        set_editor(harness, "echo \"$#\" >>../arguments\n"
                            "if [ -e ../second ]; then sed -i -e /rubbish/d -e s/first/other/ "
                            "\"$1\"; else echo rubbish >>\"$1\"; touch ../second; fi");
}

static void broken_text_can_be_edited_again(void **state)
{
        static const struct process_turn turns[] = {{PROMPT, "what\n"}, {PROMPT, "e\n"}};
        struct harness *harness = *state;

        need_terminal();
        begin(harness);
        set_two_faced_editor(harness);
        assert_int_equal(converse(turns, ELEMENTS(turns)), 0);
        assert_string_equal(file_text(harness), OTHER);
        assert_int_equal(harness_sync(harness), 2);
        expect_in(testing_read_file(&harness->testing, "../err"), "datastore.cfg:4: ");
        expect_no_litter(harness);
}

static void quitting_saves_nothing_and_loses_nothing(void **state)
{
        /* ^D: the terminal has nothing more to say. ^C at the prompt: by the signal. */
        static const struct {
                const char *keys;
                int status;
        } ways[] = {{"q\n", 1}, {"Quit\n", 1}, {"\004", 1}, {"\003", 128 + SIGINT}};
        struct harness *harness = *state;
        const char *err;

        need_terminal();
        begin(harness);
        set_editor(harness, "echo rubbish >>\"$1\"");
        for (size_t i = 0; i < ELEMENTS(ways); i++) {
                const struct process_turn turn = {PROMPT, ways[i].keys};

                assert_int_equal(converse(&turn, 1), ways[i].status);
                err = testing_read_file(&harness->testing, "../err");
                assert_string_equal(kept_text(harness, err), GOOD "rubbish\n");
        }
        expect_untouched(harness);
}

/* As in system(3): it may mean "stop searching", and nobody else may take it. */
static void interrupt_key_is_the_editors(void **state)
{
        static const struct process_turn turn = {"waiting", "\003"};
        struct harness *harness = *state;

        need_terminal();
        begin(harness);
        set_editor(harness, "trap 'sed -i s/first/other/ \"$1\"; exit 0' INT; echo waiting; "
                            "while :; do sleep 0.01; done");
        assert_int_equal(converse(&turn, 1), 0);
        assert_string_equal(file_text(harness), OTHER);
}

/* The cursor begins in the line that was wrong the second time: line 2, which is deleted there. */
static void vi_on_a_terminal(void **state)
{
        static const char *const argv[] = {"cfgwatch", "edit", "datastore", NULL};
        static const struct process_turn turns[] = {
                {"/mnt/one", ":1s/$/\\rnonsense/\r:1\r:wq\r"},
                {PROMPT, "e\n"},
                {"nonsense", "dd:%s/first/other/\r:wq\r"},
        };
        struct harness *harness = *state;

        need_terminal();
        begin(harness);
        setenv("EDITOR", "vi", 1);
        unsetenv("VISUAL");
        assert_int_equal(process_converse(argv, turns, ELEMENTS(turns)), 0);
        assert_string_equal(file_text(harness), OTHER);
        assert_int_equal(harness_sync(harness), 2);
        expect_no_litter(harness);
}

/* What was typed is in the swap file alone then. */
static void vi_is_rescued_when_we_are_hung_up(void **state)
{
        static const char *const argv[] = {
                "/bin/sh", "-c", "echo $$ >../pid; exec cfgwatch edit datastore 2>../err", NULL};
        static const struct process_turn turn = {"/mnt/one",
                                                 "Gonever saved\033:!kill -HUP $(cat ../pid)\r"};
        struct harness *harness = *state;

        need_terminal();
        begin(harness);
        setenv("EDITOR", "vi", 1);
        unsetenv("VISUAL");
        assert_int_equal(process_converse(argv, &turn, 1), 128 + SIGHUP);
        kept_text(harness, testing_read_file(&harness->testing, "../err"));
        tool_expect(harness, "cat ../room/*/.datastore.cfg.sw? | grep -c 'never saved'", 0, "1\n");
        expect_untouched(harness);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                SYSTEM_TEST(signal_ends_the_editor_too_and_the_text_is_kept),
                SYSTEM_TEST(editor_that_ends_by_itself_gets_no_second_signal),
                SYSTEM_TEST(editor_that_will_not_end_does_not_hold_us),
                SYSTEM_TEST(ignored_hang_up_stays_ignored),
                SYSTEM_TEST(editor_that_suspends_itself_suspends_us),
                SYSTEM_TEST(broken_text_can_be_edited_again),
                SYSTEM_TEST(quitting_saves_nothing_and_loses_nothing),
                SYSTEM_TEST(interrupt_key_is_the_editors),
                SYSTEM_TEST(vi_on_a_terminal),
                SYSTEM_TEST(vi_is_rescued_when_we_are_hung_up),
        };

        return TESTING_RUN(tests);
}
