/* SPDX-License-Identifier: MIT */
/* Lookups while a daemon lives: contents, status, generations, and files that lie. */
#include "fake_daemon.h"
#include "instrumented.h"
#include "testing.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define LOOKUPS 1000000

#define SOURCE testing_path(state, "datastore.cfg")

struct set {
        struct fake_daemon daemon;
        cfgw_client *client;
        cfgw_reader *reader;
};

/* A daemon with generation 1, which holds "one", and a client with a reader. */
static struct set start(void **state)
{
        struct set set = {.daemon = fake_start(*state, FAKE_EPOCH)};

        testing_write_file(SOURCE, fake_text("one", "/1"));
        fake_accept(&set.daemon, 0, 1, SOURCE, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(*state, &set.client), 0);
        assert_int_equal(cfgw_reader_new(set.client, "datastore", &set.reader), 0);
        return set;
}

static void end(struct set *set)
{
        cfgw_reader_free(set->reader);
        cfgw_client_unref(set->client);
        fake_stop(&set->daemon);
}

static void assert_config(cfgw_reader *reader, uint64_t generation, const char *section)
{
        const cfgw_config *config;

        assert_int_equal(cfgw_reader_config(reader, &config), 0);
        assert_int_equal(cfgw_config_generation(config), generation);
        assert_non_null(cfgw_config_section(config, section));
}

static void assert_status(cfgw_reader *reader, cfgw_freshness freshness, cfgw_state state,
                          uint32_t line, const char *reason)
{
        cfgw_status *status;

        assert_int_equal(cfgw_reader_status(reader, &status), 0);
        assert_string_equal(cfgw_freshness_name(cfgw_status_freshness(status)),
                            cfgw_freshness_name(freshness));
        assert_string_equal(cfgw_state_name(cfgw_status_state(status)), cfgw_state_name(state));
        assert_int_equal(cfgw_status_line(status), line);
        if (reason)
                assert_string_equal(cfgw_status_reason(status), reason);
        else
                assert_null(cfgw_status_reason(status));
        cfgw_status_free(status);
}

static void ten_lines_are_enough(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;

        fake_accept(&daemon, 0, 1, SOURCE, fake_text("ds0001", "/mnt/ds0001"));
        assert_int_equal(setenv("CFGWATCH_RUNTIME_DIR", *state, 1), 0);

        cfgw_client_new(NULL, &client);
        cfgw_reader_new(client, "datastore", &reader);
        if (cfgw_reader_config(reader, &config) == 0) {
                const cfgw_section *store = cfgw_config_section(config, "ds0001");

                assert_string_equal(cfgw_section_get(store, "path"), "/mnt/ds0001");
        } else
                fail();
        cfgw_reader_free(reader);
        cfgw_client_unref(client);

        unsetenv("CFGWATCH_RUNTIME_DIR");
        fake_stop(&daemon);
}

static void a_new_generation_is_there_at_the_next_call(void **state)
{
        struct set set = start(state);

        for (uint64_t generation = 2; generation < 50; generation++) {
                fake_accept(&set.daemon, 0, generation, SOURCE,
                            fake_text(generation & 1 ? "odd" : "even", "/x"));
                assert_config(set.reader, generation, generation & 1 ? "odd" : "even");
        }
        assert_status(set.reader, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID, 0, NULL);
        end(&set);
}

static void the_status_tells_generation_and_epoch(void **state)
{
        struct set set = start(state);
        cfgw_status *status;

        assert_int_equal(cfgw_reader_status(set.reader, &status), 0);
        assert_int_equal(cfgw_status_generation(status), 1);
        assert_true(cfgw_status_epoch(status) == FAKE_EPOCH);
        assert_int_equal(cfgw_status_since_usec(status), 1);
        cfgw_status_free(status);
        end(&set);
}

static void nothing_new_is_the_same_object(void **state)
{
        struct set set = start(state);
        const cfgw_config *first, *second, *other;
        cfgw_reader *reader;

        assert_int_equal(cfgw_reader_config(set.reader, &first), 0);
        assert_int_equal(cfgw_reader_config(set.reader, &second), 0);
        assert_ptr_equal(first, second);

        /* All readers of the process share one object, and a new state does not replace it. */
        assert_int_equal(cfgw_reader_new(set.client, "datastore", &reader), 0);
        fake_state(&set.daemon, 0, 1, fake_text("one", "/1"), CFGW_STATE_MISSING, 0, "gone");
        assert_int_equal(cfgw_reader_config(reader, &other), 0);
        assert_ptr_equal(first, other);
        cfgw_reader_free(reader);
        end(&set);
}

static void a_reference_outlives_reader_and_client(void **state)
{
        struct set set = start(state);
        const cfgw_config *config;

        assert_int_equal(cfgw_reader_config(set.reader, &config), 0);
        cfgw_config_ref(config);
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        assert_config(set.reader, 2, "two");
        end(&set);
        assert_non_null(cfgw_config_section(config, "one"));
        cfgw_config_unref(config);
}

static void a_broken_file_leaves_last_good_and_says_why(void **state)
{
        struct set set = start(state);
        const char *text = fake_text("one", "/1");

        assert_config(set.reader, 1, "one");
        fake_state(&set.daemon, 0, 1, text, CFGW_STATE_INVALID, 7, "unknown key 'paht'");
        assert_status(set.reader, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID, 7,
                      "unknown key 'paht'");
        assert_config(set.reader, 1, "one");
        fake_state(&set.daemon, 0, 1, text, CFGW_STATE_VALID, 0, "");
        assert_status(set.reader, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID, 0, NULL);
        end(&set);
}

static void no_content_yet_says_why(void **state)
{
        struct set set = start(state);
        const cfgw_config *config;
        cfgw_reader *remote;

        assert_int_equal(cfgw_reader_new(set.client, "remote", &remote), 0);
        fake_state(&set.daemon, 1, 0, NULL, CFGW_STATE_INVALID, 3, "no header");
        for (int i = 0; i < 3; i++)
                assert_int_equal(cfgw_reader_config(remote, &config), -ENODATA);
        assert_status(remote, CFGW_FRESHNESS_NONE, CFGW_STATE_INVALID, 3, "no header");
        fake_accept(&set.daemon, 1, 1, SOURCE, fake_text("two", "/2"));
        assert_config(remote, 1, "two");
        cfgw_reader_free(remote);
        end(&set);
}

/* An empty file is content. */
static void no_sections_are_content(void **state)
{
        struct set set = start(state);
        const cfgw_config *config;

        fake_accept(&set.daemon, 0, 2, SOURCE, "");
        assert_int_equal(cfgw_reader_config(set.reader, &config), 0);
        assert_int_equal(cfgw_config_section_count(config), 0);
        assert_int_equal(cfgw_config_generation(config), 2);
        end(&set);
}

static void another_epoch_begins_anew(void **state)
{
        struct set set = start(state);
        struct fake_daemon next;

        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        assert_config(set.reader, 2, "two");
        next = fake_start(*state, FAKE_EPOCH + 1);
        fake_accept(&next, 0, 1, SOURCE, fake_text("new", "/2"));
        assert_config(set.reader, 1, "new");
        fake_stop(&next);
        end(&set);
}

static void a_restarted_daemon_is_followed_at_once(void **state)
{
        struct set set = start(state);
        const cfgw_config *first, *second;
        struct fake_daemon next;

        assert_int_equal(cfgw_reader_config(set.reader, &first), 0);
        next = fake_start(*state, FAKE_EPOCH);
        fake_state(&next, 0, 1, fake_text("one", "/1"), CFGW_STATE_VALID, 0, "");
        assert_status(set.reader, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID, 0, NULL);
        assert_int_equal(cfgw_reader_config(set.reader, &second), 0);
        assert_ptr_equal(first, second); /* the same generation */
        fake_accept(&next, 0, 2, SOURCE, fake_text("two", "/2"));
        assert_config(set.reader, 2, "two");
        fake_stop(&next);
        end(&set);
}

/* It stopped before its last generation was looked up. */
static void the_last_generation_of_a_stopped_daemon_is_taken(void **state)
{
        struct set set = start(state);

        assert_config(set.reader, 1, "one");
        testing_write_file(SOURCE, fake_text("three", "/3"));
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        fake_accept(&set.daemon, 0, 3, SOURCE, fake_text("three", "/3"));
        fake_stop(&set.daemon);
        assert_config(set.reader, 3, "three");
        assert_status(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID, 0, NULL);
        end(&set);
}

/* ------------------------------------------------------- files that lie */

/*
 * Shows generation 2 on the board, whose snapshot is not what it should be. Nobody may be
 * given it: content stays the file's, which is read by the library itself.
 */
static void assert_not_taken(struct set *set, const char *what)
{
        const cfgw_config *config;

        fake_state(&set->daemon, 0, 2, fake_text("two", "/2"), CFGW_STATE_VALID, 0, "");
        assert_int_equal(cfgw_reader_config(set->reader, &config), 0);
        if (cfgw_config_generation(config) != 1 || !cfgw_config_section(config, "one"))
                fail_msg("was taken: %s", what);
        assert_status(set->reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID, 0, what);
}

#define SNAPSHOT testing_path(state, "datastore/2.snap")

static void a_snapshot_that_is_not_there_is_done_without(void **state)
{
        struct set set = start(state);

        assert_config(set.reader, 1, "one");
        assert_not_taken(&set, "the daemon's snapshot cannot be used: No such file or directory");
        /* It comes after all. */
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        assert_config(set.reader, 2, "two");
        assert_status(set.reader, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID, 0, NULL);
        end(&set);
}

static void garbage_is_not_taken(void **state)
{
        struct set set = start(state);

        assert_config(set.reader, 1, "one");
        testing_write_file(SNAPSHOT, "garbage");
        assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        testing_write_file(SNAPSHOT, "");
        assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        end(&set);
}

static void no_cut_snapshot_is_taken(void **state)
{
        struct set set = start(state);
        struct stat stat_whole;
        off_t step;

        assert_config(set.reader, 1, "one");
        fake_store(&set.daemon, "datastore", 2, SOURCE, fake_text("two", "/2"));
        assert_int_equal(chmod(SNAPSHOT, 0644), 0);
        assert_int_equal(stat(SNAPSHOT, &stat_whole), 0);
        step = MAX(stat_whole.st_size / 40, 1);
        for (off_t size = stat_whole.st_size - 1; size > 0; size -= step) {
                assert_int_equal(truncate(SNAPSHOT, size), 0);
                assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        }
        end(&set);
}

static void links_and_fifos_are_not_taken(void **state)
{
        struct set set = start(state);
        const char *elsewhere = testing_path(state, "datastore/elsewhere");

        assert_config(set.reader, 1, "one");
        fake_store(&set.daemon, "datastore", 2, SOURCE, fake_text("two", "/2"));
        assert_int_equal(rename(SNAPSHOT, elsewhere), 0);
        assert_int_equal(symlink(elsewhere, SNAPSHOT), 0);
        assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        assert_int_equal(unlink(SNAPSHOT), 0);
        assert_int_equal(mkfifo(SNAPSHOT, 0644), 0);
        assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        end(&set);
}

static void what_others_could_have_written_is_not_taken(void **state)
{
        struct set set = start(state);

        assert_config(set.reader, 1, "one");
        fake_store(&set.daemon, "datastore", 2, SOURCE, fake_text("two", "/2"));
        assert_int_equal(chmod(SNAPSHOT, 0664), 0);
        assert_not_taken(
                &set, "the daemon's snapshot cannot be used: somebody else could have written it");
        assert_int_equal(chmod(SNAPSHOT, 0644), 0);
        assert_int_equal(chmod(testing_path(state, "datastore"), 0777), 0);
        assert_not_taken(
                &set, "the daemon's snapshot cannot be used: somebody else could have written it");
        assert_int_equal(chmod(testing_path(state, "datastore"), 0755), 0);
        if (geteuid() == 0) {
                assert_int_equal(chown(SNAPSHOT, 65534, 65534), 0);
                assert_not_taken(&set, "the daemon's snapshot cannot be used: somebody else could "
                                       "have written it");
                assert_int_equal(chown(SNAPSHOT, 0, 0), 0);
        }
        fake_state(&set.daemon, 0, 2, fake_text("two", "/2"), CFGW_STATE_VALID, 0, "");
        assert_config(set.reader, 2, "two");
        end(&set);
}

/* A whole snapshot, but not the one that the board names. */
static void the_wrong_snapshot_is_not_taken(void **state)
{
        struct set set = start(state);
        struct fake_daemon other = set.daemon;

        assert_config(set.reader, 1, "one");
        fake_store(&set.daemon, "datastore", 3, SOURCE, fake_text("two", "/2"));
        assert_int_equal(rename(testing_path(state, "datastore/3.snap"), SNAPSHOT), 0);
        assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        fake_store(&set.daemon, "remote", 2, SOURCE, fake_text("two", "/2"));
        assert_int_equal(rename(testing_path(state, "remote/2.snap"), SNAPSHOT), 0);
        assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        fake_store(&set.daemon, "datastore", 2, SOURCE, fake_text("other", "/2"));
        assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        other.epoch++;
        fake_store(&other, "datastore", 2, SOURCE, fake_text("two", "/2"));
        assert_not_taken(&set, "the daemon's snapshot cannot be used: damaged");
        end(&set);
}

static void a_generation_never_goes_back(void **state)
{
        struct set set = start(state);

        fake_accept(&set.daemon, 0, 5, SOURCE, fake_text("five", "/5"));
        testing_write_file(SOURCE, fake_text("five", "/5"));
        assert_config(set.reader, 5, "five");
        fake_accept(&set.daemon, 0, 4, SOURCE, fake_text("four", "/4"));
        for (int i = 0; i < 3; i++)
                assert_config(set.reader, 5, "five");
        assert_status(set.reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID, 0, NULL);
        fake_accept(&set.daemon, 0, 6, SOURCE, fake_text("six", "/6"));
        assert_config(set.reader, 6, "six");
        end(&set);
}

static void a_domain_that_the_daemon_does_not_watch(void **state)
{
        struct set set = start(state);
        const cfgw_config *config;
        cfgw_reader *reader;

        assert_int_equal(cfgw_client_set_source(set.client, "other", SOURCE), 0);
        assert_int_equal(cfgw_reader_new(set.client, "other", &reader), 0);
        assert_int_equal(cfgw_reader_config(reader, &config), 0);
        assert_int_equal(cfgw_config_generation(config), 0);
        assert_status(reader, CFGW_FRESHNESS_OWN, CFGW_STATE_VALID, 0,
                      "the daemon does not watch it");
        cfgw_reader_free(reader);
        end(&set);
}

/* A service of another user, who may read the board and the source, but not the snapshot. */
static int look_as_stranger(const char *directory, const char *source)
{
        const cfgw_config *config;
        cfgw_status *status;
        cfgw_client *client;
        cfgw_reader *reader;
        int r = 0;

        if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
                return 1;
        if (cfgw_client_new(directory, &client) < 0 ||
            cfgw_client_set_source(client, "datastore", source) < 0 ||
            cfgw_reader_new(client, "datastore", &reader) < 0)
                return 2;
        if (cfgw_reader_config(reader, &config) < 0 || cfgw_config_generation(config) != 0)
                r = 3;
        else if (cfgw_reader_status(reader, &status) < 0)
                r = 4;
        else {
                if (cfgw_status_freshness(status) != CFGW_FRESHNESS_OWN ||
                    !strstr(cfgw_status_reason(status), "Permission denied"))
                        r = 5;
                cfgw_status_free(status);
        }
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
        return r;
}

static void a_snapshot_that_one_may_not_read_is_said(void **state)
{
        struct set set = start(state);
        int status;
        pid_t child;

        if (geteuid() != 0) {
                end(&set);
                skip();
        }
        assert_int_equal(chmod(*state, 0755), 0);
        assert_int_equal(chmod(testing_path(state, "datastore/1.snap"), 0600), 0);
        child = fork();
        if (child == 0)
                _exit(look_as_stranger(*state, SOURCE));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        end(&set);
}

/* ------------------------------------------------------------- the hot path */

/* A million lookups while the kernel allows for nothing but read, write and exit. */
static void look_up_without_the_kernel(cfgw_reader *reader)
{
        const cfgw_config *config;
        int bad = 0;

        prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
        for (int i = 0; i < LOOKUPS; i++)
                bad |= cfgw_reader_config(reader, &config) < 0 ||
                       !cfgw_config_section(config, "one");
        syscall(SYS_exit, bad); /* exit_group(2) would be one too many */
}

static void assert_no_system_calls(cfgw_reader *reader)
{
        int status;
        pid_t child;

        child = fork();
        if (child == 0)
                look_up_without_the_kernel(reader);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
}

static void a_lookup_makes_no_system_call(void **state)
{
        struct set set;

        if (is_instrumented())
                skip();
        set = start(state);
        assert_config(set.reader, 1, "one");
        assert_no_system_calls(set.reader);
        end(&set);
}

/* The test above must be able to fail: the first lookup of a reader maps the snapshot. */
static void a_first_lookup_makes_system_calls(void **state)
{
        struct set set;
        int status;
        pid_t child;

        if (is_instrumented())
                skip();
        set = start(state);
        child = fork();
        if (child == 0)
                look_up_without_the_kernel(set.reader);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        end(&set);
}

static void bad_arguments_are_refused(void **state)
{
        struct set set = start(state);
        const cfgw_config *config;
        cfgw_status *status;
        cfgw_reader *reader;

        assert_int_equal(cfgw_reader_new(NULL, "datastore", &reader), -EINVAL);
        assert_int_equal(cfgw_reader_new(set.client, NULL, &reader), -EINVAL);
        assert_int_equal(cfgw_reader_new(set.client, "../x", &reader), -EINVAL);
        assert_int_equal(cfgw_reader_new(set.client, "datastore", NULL), -EINVAL);
        assert_int_equal(cfgw_reader_config(NULL, &config), -EINVAL);
        assert_int_equal(cfgw_reader_config(set.reader, NULL), -EINVAL);
        assert_int_equal(cfgw_reader_status(NULL, &status), -EINVAL);
        assert_int_equal(cfgw_reader_status(set.reader, NULL), -EINVAL);
        assert_null(cfgw_reader_free(NULL));
        end(&set);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(ten_lines_are_enough),
                TEST(a_new_generation_is_there_at_the_next_call),
                TEST(the_status_tells_generation_and_epoch),
                TEST(nothing_new_is_the_same_object),
                TEST(a_reference_outlives_reader_and_client),
                TEST(a_broken_file_leaves_last_good_and_says_why),
                TEST(no_content_yet_says_why),
                TEST(no_sections_are_content),
                TEST(another_epoch_begins_anew),
                TEST(a_restarted_daemon_is_followed_at_once),
                TEST(the_last_generation_of_a_stopped_daemon_is_taken),
                TEST(a_snapshot_that_is_not_there_is_done_without),
                TEST(garbage_is_not_taken),
                TEST(no_cut_snapshot_is_taken),
                TEST(links_and_fifos_are_not_taken),
                TEST(what_others_could_have_written_is_not_taken),
                TEST(the_wrong_snapshot_is_not_taken),
                TEST(a_generation_never_goes_back),
                TEST(a_domain_that_the_daemon_does_not_watch),
                TEST(a_snapshot_that_one_may_not_read_is_said),
                TEST(a_lookup_makes_no_system_call),
                TEST(a_first_lookup_makes_system_calls),
                TEST(bad_arguments_are_refused),
        };

        return TESTING_RUN(tests);
}
