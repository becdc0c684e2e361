/* SPDX-License-Identifier: MIT */
/*
 * The daemon goes, in one way or another, and comes back: neither a missed nor a false
 * generation, and clients go on all the time without being restarted.
 */
#include "harness.h"

#include "util.h"

#include <signal.h>
#include <stdio.h>

#define OWN_TTL_USEC (100 * USEC_PER_MSEC) /* the shortest that the library takes */

static void begin(struct harness *harness)
{
        harness_save(harness, "v0");
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        assert_int_equal(cfgw_client_set_ttl(harness->client, OWN_TTL_USEC), 0);
        harness_listen(harness);
        harness_look_out(harness);
}

static uint64_t epoch_of(struct harness *harness)
{
        const cfgw_config *config;

        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        return cfgw_config_epoch(config);
}

/* Comes back with content @tag as @generation, and everybody sees it. */
static void come_back(struct harness *harness, uint64_t generation, const char *tag)
{
        harness_start(harness, "");
        harness_expect_generation(harness, generation);
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        harness_expect_content(harness, tag);
        WAIT_FOR((harness_drain(harness), harness->told_generation == generation));
        assert_int_equal(harness_sync(harness), generation);
}

static void edited_while_down(void **state, int number)
{
        struct harness *harness = *state;
        uint64_t epoch;

        begin(harness);
        epoch = epoch_of(harness);
        harness_stop(harness, number);
        harness_save(harness, "v1");
        harness_save_at(harness, harness->file, "v2");
        come_back(harness, 2, "v2");
        assert_int_equal(epoch_of(harness), epoch);
        assert_int_equal(harness_number(harness, "found", "start"), 1);
        assert_int_equal(harness_number(harness, "accepted", NULL), 1);
        lookout_assert(harness->lookout, NULL);
}

static void edits_after_a_clean_stop_are_one_generation(void **state)
{
        edited_while_down(state, SIGTERM);
}

static void edits_after_a_kill_are_one_generation(void **state)
{
        edited_while_down(state, SIGKILL);
}

static void not_edited_while_down(void **state, int number)
{
        struct harness *harness = *state;
        uint64_t epoch;

        begin(harness);
        epoch = epoch_of(harness);
        for (int i = 0; i < 3; i++) {
                harness_stop(harness, number);
                come_back(harness, 1, "v0");
        }
        assert_int_equal(epoch_of(harness), epoch);
        assert_int_equal(harness_number(harness, "accepted", NULL), 0);
        assert_int_equal(harness_drain(harness), 0);
        lookout_assert(harness->lookout, "v0");
}

static void no_edit_before_a_clean_start_is_no_generation(void **state)
{
        not_edited_while_down(state, SIGTERM);
}

static void no_edit_before_a_start_after_a_kill_is_no_generation(void **state)
{
        not_edited_while_down(state, SIGKILL);
}

/* A clean stop is known at once: the library reads for itself from then on. */
static void clients_read_for_themselves_after_a_stop(void **state)
{
        struct harness *harness = *state;
        const cfgw_config *config;

        begin(harness);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_expect_content(harness, "v0"); /* at once, whoever read it */
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        harness_save(harness, "v1");
        WAIT_FOR(harness_has_content(harness, "v1"));
        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        assert_int_equal(cfgw_config_generation(config), 0);
        come_back(harness, 2, "v1");
        harness_save(harness, "v2");
        harness_expect_generation(harness, 3);
        harness_expect_content(harness, "v2");
        WAIT_FOR((harness_drain(harness), harness->told_generation == 3));
        lookout_assert(harness->lookout, "v0 v1 v2");
}

/* After a kill the content stays what it was until the silence is long enough. */
static void clients_read_for_themselves_after_silence(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        harness_stop(harness, SIGKILL);
        harness_expect_content(harness, "v0");
        harness_save(harness, "v1");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        WAIT_FOR(harness_has_content(harness, "v1"));
        come_back(harness, 2, "v1");
        lookout_assert(harness->lookout, "v0 v1");
}

/* A daemon that hangs is one that is silent; it goes on where it was. */
static void a_daemon_that_hangs(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        assert_int_equal(kill(harness->daemon, SIGSTOP), 0);
        harness_save(harness, "v1");
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        assert_int_equal(kill(harness->daemon, SIGCONT), 0);
        harness_expect_generation(harness, 2);
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        lookout_assert(harness->lookout, "v0 v1");
}

static void a_lost_state_is_a_new_epoch(void **state)
{
        struct harness *harness = *state;
        uint64_t epoch;

        begin(harness);
        epoch = epoch_of(harness);
        harness_save(harness, "v1");
        harness_expect_generation(harness, 2);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_shell(harness, "rm -r ../state");
        come_back(harness, 1, "v1");
        assert_int_not_equal(epoch_of(harness), epoch);
        lookout_assert(harness->lookout, "v0 v1");
}

/* RUNTIME is on a tmpfs: a reboot empties it, and STATE stays. */
static void a_reboot_keeps_the_generation(void **state)
{
        struct harness *harness = *state;
        uint64_t epoch;

        begin(harness);
        harness_save(harness, "v1");
        harness_expect_generation(harness, 2);
        epoch = epoch_of(harness);
        lookout_assert(harness->lookout, "v0 v1");
        harness_stop(harness, SIGKILL);
        harness_shell(harness, "rm -r ../run");
        come_back(harness, 2, "v1");
        assert_int_equal(epoch_of(harness), epoch);
}

/* Nobody reaches a daemon whose directory is gone: it ends, and whoever started it starts it anew.
 */
static void comes_back_after_removal(struct harness *harness, const char *command,
                                     uint64_t generation)
{
        pid_t pid;

        begin(harness);
        pid = harness->daemon;
        harness->daemon = 0;
        harness_shell(harness, command);
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 1);
        come_back(harness, generation, "v0");
}

static void a_removed_runtime_directory_ends_the_daemon(void **state)
{
        comes_back_after_removal(*state, "rm -r ../run", 1);
}

/*
 * Somebody put the directories aside and started another daemon before the first one saw it: the
 * first one gives up, and takes nothing away from the second.
 */
static void a_daemon_that_gives_up_leaves_the_sockets_of_another(void **state)
{
        struct harness *harness = *state;
        pid_t first;

        begin(harness);
        first = harness->daemon;
        assert_int_equal(kill(first, SIGSTOP), 0);
        harness_shell(harness, "mv ../run ../run.old && mv ../state ../state.old");
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        assert_int_equal(kill(first, SIGCONT), 0);
        assert_int_equal(process_wait(first, TEST_PATIENCE_USEC), 1);
        harness_shell(harness, "test -S ../run/control && test -S ../run/events");
        harness_listen(harness); /* hears the second one */
        harness_save(harness, "v1");
        harness_expect_generation(harness, 2);
        WAIT_FOR(harness_drain(harness) == 1);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_shell(harness, "! test -e ../run/control && ! test -e ../run/events");
}

static void a_replaced_state_directory_ends_the_daemon(void **state)
{
        comes_back_after_removal(*state, "mv ../state ../away; mkdir ../state; touch ../state/lock",
                                 1);
}

/* Noticed when there is something to be kept in it: nobody could read that. */
static void ends_after_removal_of(struct harness *harness, const char *command, uint64_t generation)
{
        pid_t pid;

        begin(harness);
        pid = harness->daemon;
        harness->daemon = 0;
        harness_shell(harness, command);
        harness_save(harness, "v1");
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 1);
        come_back(harness, generation, "v1");
}

static void a_removed_history_ends_the_daemon_with_the_next_edit(void **state)
{
        ends_after_removal_of(*state, "rm -r ../state/datastore", 1);
}

static void a_removed_snapshot_directory_ends_the_daemon_with_the_next_edit(void **state)
{
        ends_after_removal_of(*state, "rm -r ../run/datastore", 2);
}

/* A service that starts first, knowing only where the file is. */
static void a_client_before_the_first_daemon(void **state)
{
        struct harness *harness = *state;
        cfgw_client *client;
        cfgw_reader *reader;
        const cfgw_config *config;

        harness_save(harness, "v0");
        assert_int_equal(cfgw_client_new(harness->runtime, &client), 0);
        assert_int_equal(cfgw_client_set_source(client, "datastore", harness->file), 0);
        assert_int_equal(cfgw_client_set_ttl(client, OWN_TTL_USEC), 0);
        assert_int_equal(cfgw_reader_new(client, "datastore", &reader), 0);
        assert_int_equal(cfgw_reader_config(reader, &config), 0);
        assert_int_equal(cfgw_config_generation(config), 0);
        assert_string_equal(content_tag(config), "v0");
        harness_start(harness, "");
        WAIT_FOR(cfgw_reader_config(reader, &config) == 0 && cfgw_config_generation(config) == 1);
        assert_string_equal(content_tag(config), "v0");
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(edits_after_a_clean_stop_are_one_generation),
                SYSTEM_TEST(edits_after_a_kill_are_one_generation),
                SYSTEM_TEST(no_edit_before_a_clean_start_is_no_generation),
                SYSTEM_TEST(no_edit_before_a_start_after_a_kill_is_no_generation),
                SYSTEM_TEST(clients_read_for_themselves_after_a_stop),
                SYSTEM_TEST(clients_read_for_themselves_after_silence),
                SYSTEM_TEST(a_daemon_that_hangs),
                SYSTEM_TEST(a_lost_state_is_a_new_epoch),
                SYSTEM_TEST(a_reboot_keeps_the_generation),
                SYSTEM_TEST(a_removed_runtime_directory_ends_the_daemon),
                SYSTEM_TEST(a_removed_history_ends_the_daemon_with_the_next_edit),
                SYSTEM_TEST(a_removed_snapshot_directory_ends_the_daemon_with_the_next_edit),
                SYSTEM_TEST(a_daemon_that_gives_up_leaves_the_sockets_of_another),
                SYSTEM_TEST(a_replaced_state_directory_ends_the_daemon),
                SYSTEM_TEST(a_client_before_the_first_daemon),
        };

        return TESTING_RUN(tests);
}
