/* SPDX-License-Identifier: MIT */
/* Lookups while no daemon lives: before the first one, after it stopped, and until it is back. */
#include "fake_daemon.h"
#include "instrumented.h"
#include "testing.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SOURCE testing_path(state, "datastore.cfg")

#define TTL_USEC (100 * USEC_PER_MSEC)

struct set {
        cfgw_client *client;
        cfgw_reader *reader;
};

static struct set start(void **state)
{
        struct set set;

        assert_int_equal(cfgw_client_new(*state, &set.client), 0);
        assert_int_equal(cfgw_client_set_ttl(set.client, TTL_USEC), 0);
        assert_int_equal(cfgw_client_set_source(set.client, "datastore", SOURCE), 0);
        assert_int_equal(cfgw_reader_new(set.client, "datastore", &set.reader), 0);
        return set;
}

static void end(struct set *set)
{
        cfgw_reader_free(set->reader);
        cfgw_client_unref(set->client);
}

static bool has(cfgw_reader *reader, const char *section)
{
        const cfgw_config *config;

        return cfgw_reader_config(reader, &config) == 0 && cfgw_config_section(config, section);
}

static bool is_in(cfgw_reader *reader, cfgw_freshness freshness, cfgw_state known)
{
        cfgw_status *status;
        bool is;

        assert_int_equal(cfgw_reader_status(reader, &status), 0);
        is = cfgw_status_freshness(status) == freshness && cfgw_status_state(status) == known;
        cfgw_status_free(status);
        return is;
}

static void nothing_is_known_without_daemon_and_source(void **state)
{
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;
        cfgw_status *status;

        assert_int_equal(cfgw_client_new(testing_path(state, "nowhere"), &client), 0);
        assert_int_equal(cfgw_reader_new(client, "datastore", &reader), 0);
        assert_int_equal(cfgw_reader_config(reader, &config), -ENODATA);
        assert_int_equal(cfgw_reader_status(reader, &status), 0);
        assert_int_equal(cfgw_status_freshness(status), CFGW_FRESHNESS_NONE);
        assert_int_equal(cfgw_status_state(status), CFGW_STATE_UNKNOWN);
        assert_string_equal(cfgw_status_reason(status), "no daemon runs, and no source is known");
        cfgw_status_free(status);
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
}

static void a_board_that_cannot_be_trusted_is_said(void **state)
{
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;
        cfgw_status *status;

        testing_write_file(testing_path(state, "board"), "garbage");
        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_reader_new(client, "datastore", &reader), 0);
        assert_int_equal(cfgw_reader_config(reader, &config), -ENODATA);
        assert_int_equal(cfgw_reader_status(reader, &status), 0);
        assert_string_equal(cfgw_status_reason(status),
                            "the daemon's board cannot be used: damaged");
        cfgw_status_free(status);
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
}

static void the_first_lookup_reads_the_source(void **state)
{
        const cfgw_config *config;
        struct set set;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_int_equal(cfgw_reader_config(set.reader, &config), 0);
        assert_non_null(cfgw_config_section(config, "one"));
        assert_int_equal(cfgw_config_generation(config), 0);
        assert_int_equal(cfgw_config_epoch(config), 0);
        assert_string_equal(cfgw_config_path(config), SOURCE);
        assert_true(is_in(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        end(&set);
}

static void the_source_is_read_in_the_format_that_was_set(void **state)
{
        const cfgw_config *config;
        struct set set;

        testing_write_file(SOURCE, "[one]\npath = /1\n");
        assert_int_equal(cfgw_client_new(*state, &set.client), 0);
        assert_int_equal(cfgw_client_set_ttl(set.client, TTL_USEC), 0);
        assert_int_equal(cfgw_client_set_source(set.client, "datastore", SOURCE), 0);
        assert_int_equal(cfgw_client_set_format(set.client, "datastore", CFGW_FORMAT_INI), 0);
        assert_int_equal(cfgw_reader_new(set.client, "datastore", &set.reader), 0);
        assert_int_equal(cfgw_reader_config(set.reader, &config), 0);
        assert_int_equal(cfgw_config_format(config), CFGW_FORMAT_INI);
        assert_string_equal(cfgw_section_get(cfgw_config_section(config, "one"), "path"), "/1");
        testing_write_file(SOURCE, "[two]\npath = /2\n");
        WAIT_FOR(has(set.reader, "two"));
        end(&set);
}

/* The TTL looks, and replaces nothing. */
static void the_same_bytes_stay_the_same_object(void **state)
{
        const cfgw_config *first, *second;
        uint64_t until;
        struct set set;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_int_equal(cfgw_reader_config(set.reader, &first), 0);
        until = testing_now() + 3 * TTL_USEC;
        while (testing_now() < until) {
                testing_write_file(SOURCE, fake_text("one", "/1"));
                assert_int_equal(cfgw_reader_config(set.reader, &second), 0);
                assert_ptr_equal(first, second);
                testing_nap();
        }
        end(&set);
}

static void a_change_is_taken_when_it_has_rested(void **state)
{
        struct set set;
        uint64_t since;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_true(has(set.reader, "one"));
        since = testing_now();
        testing_write_file(SOURCE, fake_text("two", "/2"));
        WAIT_FOR(has(set.reader, "two"));
        assert_true(testing_now() - since >= 2 * USEC_PER_SEC); /* `confirm` */
        assert_true(is_in(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        end(&set);
}

static void a_broken_file_leaves_last_good_and_says_why(void **state)
{
        cfgw_status *status;
        struct set set;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_true(has(set.reader, "one"));
        testing_write_file(SOURCE, "datastore: one\n\tpath /1\n\n# comment\n");
        WAIT_FOR(is_in(set.reader, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        assert_int_equal(cfgw_reader_status(set.reader, &status), 0);
        assert_int_equal(cfgw_status_line(status), 4);
        assert_non_null(cfgw_status_reason(status));
        assert_true(cfgw_status_since_usec(status) > 0);
        cfgw_status_free(status);
        assert_true(has(set.reader, "one"));

        /* The same bytes as before: the error is cleared by the next look. */
        testing_write_file(SOURCE, fake_text("one", "/1"));
        WAIT_FOR(is_in(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));

        assert_int_equal(unlink(SOURCE), 0);
        WAIT_FOR(is_in(set.reader, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_MISSING));
        assert_true(has(set.reader, "one"));
        end(&set);
}

static void a_file_that_comes_later_is_found(void **state)
{
        const cfgw_config *config;
        struct set set = start(state);

        assert_int_equal(cfgw_reader_config(set.reader, &config), -ENODATA);
        assert_true(is_in(set.reader, CFGW_FRESHNESS_NONE, CFGW_STATE_MISSING));
        assert_int_equal(mkdir(SOURCE, 0700), 0);
        WAIT_FOR(is_in(set.reader, CFGW_FRESHNESS_NONE, CFGW_STATE_UNREADABLE));
        assert_int_equal(rmdir(SOURCE), 0);
        testing_write_file(SOURCE, fake_text("one", "/1"));
        WAIT_FOR(has(set.reader, "one"));
        end(&set);
}

static void no_more_than_one_read_a_ttl(void **state)
{
        const cfgw_config *config;
        struct stat before, after;
        struct set set;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_int_equal(cfgw_client_set_ttl(set.client, 3600 * USEC_PER_SEC), 0);
        assert_true(has(set.reader, "one"));
        /* A file that cannot be opened any more would be noticed by a read. */
        assert_int_equal(rename(SOURCE, testing_path(state, "away")), 0);
        assert_int_equal(mkfifo(SOURCE, 0600), 0);
        assert_int_equal(stat(SOURCE, &before), 0);
        for (uint64_t until = testing_now() + USEC_PER_SEC; testing_now() < until;)
                assert_int_equal(cfgw_reader_config(set.reader, &config), 0);
        assert_true(is_in(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        assert_int_equal(stat(SOURCE, &after), 0);
        assert_true(before.st_atime == after.st_atime);

        /* A shorter one counts at once. */
        assert_int_equal(cfgw_client_set_ttl(set.client, TTL_USEC), 0);
        WAIT_FOR(is_in(set.reader, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_UNREADABLE));
        end(&set);
}

/* A daemon lives, but has not looked at the file yet. */
/* The first lookup came in the middle of a save: the rest must not wait for a long TTL. */
static void the_first_content_is_looked_at_again_soon(void **state)
{
        struct set set;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_int_equal(cfgw_client_set_ttl(set.client, 3600 * USEC_PER_SEC), 0);
        assert_true(has(set.reader, "one"));
        testing_write_file(SOURCE, fake_text("two", "/2"));
        WAIT_FOR(has(set.reader, "two"));
        end(&set);
}

static void a_process_without_descriptors_does_not_blame_the_file(void **state)
{
        struct rlimit limit, none;
        struct set set;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_true(has(set.reader, "one"));
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        for (uint64_t until = testing_now() + 3 * USEC_PER_SEC; testing_now() < until;) {
                if (!is_in(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID))
                        break;
                testing_nap();
        }
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_true(is_in(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        end(&set);
}

static void a_daemon_that_knows_nothing_yet_is_not_waited_for(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;
        struct set set;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_true(has(set.reader, "one"));
        assert_true(is_in(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        fake_state(&daemon, 0, 0, NULL, CFGW_STATE_INVALID, 1, "it says");
        assert_true(is_in(set.reader, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        assert_true(has(set.reader, "one"));
        end(&set);

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_reader_new(client, "remote", &reader), 0);
        assert_int_equal(cfgw_reader_config(reader, &config), -ENODATA);
        assert_true(is_in(reader, CFGW_FRESHNESS_NONE, CFGW_STATE_UNKNOWN));
        fake_accept(&daemon, 1, 1, SOURCE, fake_text("one", "/1"));
        assert_true(has(reader, "one"));
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

/* ------------------------------------------------------ with a daemon, once */

struct both {
        struct fake_daemon daemon;
        struct set set;
        const cfgw_config *config; /* with a reference */
};

/* A daemon whose generation 7, "one", the reader has; the file holds the same. */
static struct both start_both(void **state)
{
        struct both both = {.daemon = fake_start(*state, FAKE_EPOCH)};

        testing_write_file(SOURCE, fake_text("one", "/1"));
        fake_accept(&both.daemon, 0, 7, SOURCE, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(*state, &both.set.client), 0);
        assert_int_equal(cfgw_client_set_ttl(both.set.client, TTL_USEC), 0);
        assert_int_equal(cfgw_reader_new(both.set.client, "datastore", &both.set.reader), 0);
        assert_int_equal(cfgw_reader_config(both.set.reader, &both.config), 0);
        cfgw_config_ref(both.config);
        return both;
}

static void end_both(struct both *both)
{
        cfgw_config_unref(both->config);
        end(&both->set);
        fake_stop(&both->daemon);
}

static void assert_kept(const struct both *both)
{
        const cfgw_config *config;

        assert_int_equal(cfgw_reader_config(both->set.reader, &config), 0);
        assert_ptr_equal(config, both->config);
}

static void a_stopped_daemon_leaves_what_one_has(void **state)
{
        struct both both = start_both(state);

        fake_stop(&both.daemon);
        assert_kept(&both);
        assert_true(is_in(both.set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        assert_int_equal(cfgw_config_generation(both.config), 7);

        testing_write_file(SOURCE, fake_text("two", "/2"));
        assert_kept(&both);
        WAIT_FOR(has(both.set.reader, "two"));
        end_both(&both);
}

static void a_silent_daemon_is_noticed_and_so_is_its_voice(void **state)
{
        struct both both = start_both(state);

        fake_fall_silent(&both.daemon);
        assert_kept(&both);
        assert_true(is_in(both.set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        fake_beat(&both.daemon);
        assert_true(is_in(both.set.reader, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        fake_fall_silent(&both.daemon);
        assert_kept(&both);
        fake_accept(&both.daemon, 0, 8, SOURCE, fake_text("two", "/2"));
        fake_beat(&both.daemon);
        assert_true(has(both.set.reader, "two"));
        end_both(&both);
}

/* Nobody told the client the format: the snapshots do. */
static void what_a_daemon_left_tells_the_format(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        struct set set;

        daemon.format = CFGW_FORMAT_INI;
        testing_write_file(SOURCE, "[one]\npath = /1\n");
        fake_accept(&daemon, 0, 7, SOURCE, "[one]\npath = /1\n");
        fake_stop(&daemon);
        assert_int_equal(cfgw_client_new(*state, &set.client), 0);
        assert_int_equal(cfgw_client_set_ttl(set.client, TTL_USEC), 0);
        assert_int_equal(cfgw_reader_new(set.client, "datastore", &set.reader), 0);
        assert_true(has(set.reader, "one"));
        testing_write_file(SOURCE, "[two]\npath = /2\n");
        WAIT_FOR(has(set.reader, "two"));
        end(&set);
}

/* The daemon was killed, its file is gone, and it comes back: it could mark nothing. */
static void a_board_that_vanished_is_looked_for(void **state)
{
        struct both both = start_both(state);
        struct fake_daemon next;
        uint64_t since;

        fake_fall_silent(&both.daemon);
        assert_int_equal(unlink(testing_path(state, "board")), 0);
        assert_kept(&both);
        next = fake_start(*state, FAKE_EPOCH);
        fake_accept(&next, 0, 8, SOURCE, fake_text("two", "/2"));
        since = testing_now();
        WAIT_FOR(has(both.set.reader, "two"));
        assert_true(testing_now() - since < 2 * USEC_PER_SEC);
        fake_stop(&next);
        end_both(&both);
}

static void the_same_content_gets_its_generation_back(void **state)
{
        struct both both = start_both(state);
        const cfgw_config *config;
        struct fake_daemon next;

        fake_stop(&both.daemon);
        assert_kept(&both);
        testing_write_file(SOURCE, fake_text("two", "/2"));
        WAIT_FOR(has(both.set.reader, "two"));
        assert_int_equal(cfgw_reader_config(both.set.reader, &config), 0);
        assert_int_equal(cfgw_config_generation(config), 0);

        next = fake_start(*state, FAKE_EPOCH);
        /* It has not looked at the file yet: what was read from it since is newer. */
        fake_state(&next, 0, 7, fake_text("one", "/1"), CFGW_STATE_UNKNOWN, 0, "");
        assert_true(has(both.set.reader, "two"));
        fake_accept(&next, 0, 8, SOURCE, fake_text("two", "/2"));
        assert_int_equal(cfgw_reader_config(both.set.reader, &config), 0);
        assert_int_equal(cfgw_config_generation(config), 8);
        assert_true(is_in(both.set.reader, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        fake_stop(&next);
        end_both(&both);
}

/* Not even when the library has read for itself in between: the daemon's state was restored. */
static void numbers_do_not_go_back_over_an_own_reading(void **state)
{
        struct both both = start_both(state);
        const cfgw_config *config;
        struct fake_daemon next;

        fake_stop(&both.daemon);
        testing_write_file(SOURCE, fake_text("two", "/2"));
        WAIT_FOR(has(both.set.reader, "two"));
        next = fake_start(*state, FAKE_EPOCH);
        fake_accept(&next, 0, 6, SOURCE, fake_text("old", "/0"));
        assert_true(has(both.set.reader, "two"));
        fake_accept(&next, 0, 8, SOURCE, fake_text("two", "/2"));
        assert_int_equal(cfgw_reader_config(both.set.reader, &config), 0);
        assert_int_equal(cfgw_config_generation(config), 8);
        fake_stop(&next);
        end_both(&both);
}

/* A new process finds what a daemon left, and learns from it where the file is. */
static void leftovers_are_used(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        cfgw_client *client;
        cfgw_reader *reader;

        fake_accept(&daemon, 0, 7, SOURCE, fake_text("one", "/1"));
        fake_stop(&daemon);
        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_set_ttl(client, TTL_USEC), 0);
        assert_int_equal(cfgw_reader_new(client, "datastore", &reader), 0);
        assert_true(has(reader, "one"));
        WAIT_FOR(is_in(reader, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_MISSING));
        testing_write_file(SOURCE, fake_text("two", "/2"));
        WAIT_FOR(has(reader, "two"));
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
}

static void what_was_wrong_stays_known(void **state)
{
        struct both both = start_both(state);

        testing_write_file(SOURCE, "broken");
        fake_state(&both.daemon, 0, 7, fake_text("one", "/1"), CFGW_STATE_INVALID, 1, "no header");
        assert_true(is_in(both.set.reader, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        fake_stop(&both.daemon);
        assert_true(is_in(both.set.reader, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        assert_kept(&both);
        testing_write_file(SOURCE, fake_text("one", "/1"));
        WAIT_FOR(is_in(both.set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        assert_kept(&both);
        end_both(&both);
}

static void a_writer_that_died_in_the_middle_is_done_without(void **state)
{
        struct both both = start_both(state);
        const uint32_t odd = 99, changes = 77;
        const off_t slot = sizeof(struct board_header);
        int fd = open(testing_path(state, "board"), O_WRONLY | O_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, &odd, 4, slot + (off_t)offsetof(struct board_slot, sequence)),
                         4);
        assert_int_equal(
                pwrite(fd, &changes, 4, slot + (off_t)offsetof(struct board_slot, changes)), 4);
        close(fd);
        assert_true(is_in(both.set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID));
        assert_kept(&both);
        end_both(&both);
}

/* Also without a daemon: between two looks nothing is asked of the kernel. */
static void a_lookup_makes_no_system_call(void **state)
{
        const cfgw_config *config;
        int status, bad = 0;
        struct set set;
        pid_t child;

        if (is_instrumented())
                skip();
        testing_write_file(SOURCE, fake_text("one", "/1"));
        set = start(state);
        assert_int_equal(cfgw_client_set_ttl(set.client, 3600 * USEC_PER_SEC), 0);
        assert_true(has(set.reader, "one"));
        child = fork();
        if (child == 0) {
                bad |= cfgw_reader_config(set.reader, &config) < 0;
                prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
                for (int i = 0; i < 1000; i++) /* some 50 us: the next look is 0.5 s away */
                        bad |= cfgw_reader_config(set.reader, &config) < 0;
                syscall(SYS_exit, bad);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        end(&set);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(nothing_is_known_without_daemon_and_source),
                TEST(a_board_that_cannot_be_trusted_is_said),
                TEST(the_first_lookup_reads_the_source),
                TEST(the_source_is_read_in_the_format_that_was_set),
                TEST(the_same_bytes_stay_the_same_object),
                TEST(a_change_is_taken_when_it_has_rested),
                TEST(a_broken_file_leaves_last_good_and_says_why),
                TEST(a_file_that_comes_later_is_found),
                TEST(no_more_than_one_read_a_ttl),
                TEST(the_first_content_is_looked_at_again_soon),
                TEST(a_process_without_descriptors_does_not_blame_the_file),
                TEST(a_daemon_that_knows_nothing_yet_is_not_waited_for),
                TEST(a_stopped_daemon_leaves_what_one_has),
                TEST(a_silent_daemon_is_noticed_and_so_is_its_voice),
                TEST(what_a_daemon_left_tells_the_format),
                TEST(a_board_that_vanished_is_looked_for),
                TEST(the_same_content_gets_its_generation_back),
                TEST(numbers_do_not_go_back_over_an_own_reading),
                TEST(leftovers_are_used),
                TEST(what_was_wrong_stays_known),
                TEST(a_writer_that_died_in_the_middle_is_done_without),
                TEST(a_lookup_makes_no_system_call),
        };

        return TESTING_RUN(tests);
}
