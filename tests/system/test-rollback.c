/* SPDX-License-Identifier: MIT */
/* `cfgwatch rollback` against the real daemon: old content comes back as a new generation. */
#include "editing.h"
#include "tool.h"

#include "util.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Generations 1 (GOOD) and 2 (OTHER). */
static void begin_with_two(struct harness *harness)
{
        begin(harness);
        tool_expect(harness, "cfgwatch set datastore one comment 'other store'", 0, "2\n");
}

static void old_content_comes_back_to_the_byte(void **state)
{
        struct harness *harness = *state;

        begin_with_two(harness);
        tool_expect(harness, "cfgwatch rollback datastore 1", 0, "3\n");
        assert_string_equal(file_text(harness), GOOD);
        tool_expect(harness, "cfgwatch get datastore one comment", 0, "first store\n");
        tool_expect(harness, "cfgwatch rollback datastore 2", 0, "4\n");
        assert_string_equal(file_text(harness), OTHER);
}

/* Not the sections come back: keys out of order, and a blank line more than there has to be. */
static void order_and_blanks_come_back(void **state)
{
        static const char odd[] = "datastore: one\n\tpath /mnt/one\n\tcomment c\n\n\n"
                                  "datastore: two\n\tpath /mnt/two\n";
        struct harness *harness = *state;

        begin(harness);
        testing_write_file(harness->file, odd);
        assert_int_equal(harness_sync(harness), 2);
        tool_expect(harness, "cfgwatch rollback datastore 1", 0, "3\n");
        tool_expect(harness, "cfgwatch rollback datastore 2", 0, "4\n");
        assert_string_equal(file_text(harness), odd);
        /* Nothing stays beside the file but the lock, which others use as well. */
        tool_expect(harness, "ls -A", 0, ".datastore.lck\ndatastore.cfg\n");
}

static void owner_and_mode_stay(void **state)
{
        struct harness *harness = *state;
        struct stat before, after;

        begin_with_two(harness);
        if (geteuid() == 0)
                assert_int_equal(chown(harness->file, 65534, 54321), 0);
        assert_int_equal(chmod(harness->file, 0640), 0);
        assert_int_equal(stat(harness->file, &before), 0);
        tool_expect(harness, "cfgwatch rollback datastore 1", 0, "3\n");
        assert_int_equal(stat(harness->file, &after), 0);
        assert_int_equal(before.st_uid, after.st_uid);
        assert_int_equal(before.st_gid, after.st_gid);
        assert_int_equal(before.st_mode, after.st_mode);
}

static void what_is_in_force_is_no_new_generation(void **state)
{
        struct harness *harness = *state;
        struct stat before, after;

        begin_with_two(harness);
        assert_int_equal(stat(harness->file, &before), 0);
        tool_expect(harness, "cfgwatch rollback datastore 2", 0, "2\n");
        assert_string_equal(file_text(harness), OTHER);
        assert_int_equal(stat(harness->file, &after), 0);
        assert_int_equal(before.st_ino, after.st_ino); /* it was not even written */
}

static void broken_file_is_mended(void **state)
{
        struct harness *harness = *state;

        begin_with_two(harness);
        testing_write_file(harness->file, "rubbish\n");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        tool_expect(harness, "cfgwatch rollback datastore 1", 0, "3\n");
        assert_true(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        assert_string_equal(file_text(harness), GOOD);
}

static void file_that_is_too_large_to_be_read_is_mended(void **state)
{
        struct harness *harness = *state;

        begin_with_two(harness);
        tool_expect(harness, "truncate -s 200M datastore.cfg", 0, ""); /* no room is taken */
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_UNREADABLE));
        tool_expect(harness, "cfgwatch rollback datastore 1", 0, "3\n");
        assert_string_equal(file_text(harness), GOOD);
}

static void missing_file_comes_back(void **state)
{
        struct harness *harness = *state;

        begin_with_two(harness);
        assert_int_equal(unlink(harness->file), 0);
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_MISSING));
        tool_expect(harness, "cfgwatch rollback datastore 2", 0, "2\n");
        assert_string_equal(file_text(harness), OTHER);
        assert_true(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
}

static void unknown_keys_that_were_accepted_pass_again(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        tool_expect(harness, "cfgwatch set --tolerant datastore one colour red", 0, "2\n");
        tool_expect(harness, "cfgwatch unset datastore one colour", 0, "3\n");
        tool_expect(harness, "cfgwatch rollback datastore 2", 0, "4\n");
        tool_expect(harness, "cfgwatch get datastore one colour", 0, "red\n");
}

static void refusal_names_the_reason_and_changes_nothing(void **state)
{
        static const struct {
                const char *command, *reason;
                int status;
        } table[] = {
                {"cfgwatch rollback datastore 9", "generation 9", 1},
                {"cfgwatch rollback datastore 0", "'0' is not the number of a generation", 2},
                {"cfgwatch rollback datastore one", "'one' is not the number of a generation", 2},
                {"cfgwatch rollback nothing 1", "no such domain 'nothing'", 1},
        };
        struct harness *harness = *state;

        begin(harness);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct said said = tool_run(harness, table[i].command);

                assert_int_equal(said.status, table[i].status);
                expect_in(said.err, table[i].reason);
                expect_untouched(harness);
        }
        harness_stop(harness, SIGTERM);
        assert_int_equal(tool_run(harness, "cfgwatch rollback datastore 1").status, 3);
        assert_string_equal(file_text(harness), GOOD);
}

static void damaged_content_never_comes_back(void **state)
{
        struct harness *harness = *state;
        struct said said;

        begin_with_two(harness);
        testing_write_file(testing_path(&harness->testing, "state/datastore/1.cfg"), OTHER);
        said = tool_run(harness, "cfgwatch rollback datastore 1");
        assert_int_equal(said.status, 4);
        expect_in(said.err, "generation 1 of datastore is damaged");
        assert_string_equal(file_text(harness), OTHER);
        assert_int_equal(harness_sync(harness), 2);
}

/* The domain's format was set anew: what was accepted in the other one is nothing now. */
static void content_of_another_format_is_refused(void **state)
{
        static const char ini[] = "[datastore: one]\npath = /mnt/one\n";
        struct harness *harness = *state;
        const char *config = testing_path(&harness->testing, "conf");
        _cleanup_free_ char *lines = NULL, *options = NULL;
        struct said said;

        begin_with_two(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        lines = format_string("[domain datastore]\npath = %s\nformat = ini\n", harness->file);
        options = format_string("--config %s", config);
        testing_write_file(config, lines);
        testing_write_file(harness->file, ini);
        harness_launch(harness, options);
        harness_await_ready(harness);
        assert_int_equal(harness_sync(harness), 3);
        said = tool_run(harness, "cfgwatch rollback datastore 1");
        assert_int_equal(said.status, 1);
        expect_in(said.err, "generation 1 of datastore:1: ");
        expect_in(said.err, "stays as it is");
        assert_string_equal(file_text(harness), ini);
        /* To be looked at it is still there. */
        tool_expect(harness, "cfgwatch diff datastore 1 | tail -n +4", 0,
                    " [datastore: one]\n-\tcomment first store\n path = /mnt/one\n");
        tool_expect(harness, "cfgwatch set datastore one comment new", 0, "4\n");
        tool_expect(harness, "cfgwatch rollback datastore 3", 0, "5\n");
        assert_string_equal(file_text(harness), ini);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(old_content_comes_back_to_the_byte),
                SYSTEM_TEST(order_and_blanks_come_back),
                SYSTEM_TEST(owner_and_mode_stay),
                SYSTEM_TEST(what_is_in_force_is_no_new_generation),
                SYSTEM_TEST(broken_file_is_mended),
                SYSTEM_TEST(file_that_is_too_large_to_be_read_is_mended),
                SYSTEM_TEST(missing_file_comes_back),
                SYSTEM_TEST(unknown_keys_that_were_accepted_pass_again),
                SYSTEM_TEST(refusal_names_the_reason_and_changes_nothing),
                SYSTEM_TEST(damaged_content_never_comes_back),
                SYSTEM_TEST(content_of_another_format_is_refused),
        };

        return TESTING_RUN(tests);
}
