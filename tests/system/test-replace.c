/* SPDX-License-Identifier: MIT */
/*
 * cfgw_replace() with the real daemon: what it wrote is in force when it returns, in every
 * process, and what several write at once is not lost.
 */
#include "harness.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define LOOKERS 10
#define LOOKUPS 100 /* of each, after each replacement */
#define ROUNDS 20

#define WRITERS 4
#define INCREMENTS 15 /* of each writer */
#define COUNTER "datastore: counter\n\tcomment %u\n\tpath /mnt/counter\n"

#define SHORT_USEC (300 * USEC_PER_MSEC)

#define BROKEN "datastore: store\n\tpath /1\n# comment\n"
#define SMALL "datastore: store\n\tpath /1\n"
#define OTHER "datastore: store\n\tpath /2\n"

DEFINE_CLEANUP(const cfgw_config *, cfgw_config_unref);

static int replace_text(struct harness *harness, const char *text, uint64_t timeout_usec,
                        uint64_t *ret_generation)
{
        const cfgw_replacement replacement = {
                .data = text,
                .size = strlen(text),
                .timeout_usec = timeout_usec,
        };

        return cfgw_replace(harness->client, "datastore", &replacement, ret_generation, NULL);
}

static uint64_t replace(struct harness *harness, const char *tag)
{
        char content[CONTENT_SIZE_MAX];
        uint64_t generation = 0;

        content_write(content, tag);
        assert_int_equal(replace_text(harness, content, CFGW_FOREVER, &generation), 0);
        return generation;
}

static void begin(struct harness *harness, const char *options)
{
        harness_save(harness, "v0");
        harness_start(harness, options);
        harness_expect_generation(harness, 1);
        harness_expect_content(harness, "v0");
}

static size_t section_count(struct harness *harness)
{
        const cfgw_config *config;

        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        return cfgw_config_section_count(config);
}

static void assert_file(struct harness *harness, const char *text)
{
        const char *found = testing_read_file(&harness->testing, harness->file);

        assert_non_null(found);
        assert_string_equal(found, text);
}

/* ----------------------------------------------------------------- in force */

static void a_replacement_is_in_force_when_it_returns(void **state)
{
        struct harness *harness = *state;

        begin(harness, "");
        harness_look_out(harness);
        harness_listen(harness);
        assert_int_equal(replace(harness, "v1"), 2);
        harness_expect_content(harness, "v1");
        assert_true(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        assert_int_equal(replace(harness, "v2"), 3);
        harness_expect_content(harness, "v2");
        harness_expect_generation(harness, 3);
        WAIT_FOR((harness_drain(harness), harness->told_generation == 3));
        assert_int_equal(harness_number(harness, "found", "ttl"), 0);
        lookout_assert(harness->lookout, "v0 v1 v2");
}

static void the_same_bytes_are_no_generation(void **state)
{
        struct harness *harness = *state;

        begin(harness, "");
        assert_int_equal(replace(harness, "v0"), 1);
        assert_int_equal(replace(harness, "v1"), 2);
        assert_int_equal(replace(harness, "v1"), 2);
        harness_expect_generation(harness, 2);
}

/* What the daemon would wait for if nobody had asked, since it looks like half a save. */
static void a_file_that_shrinks_is_in_force_when_it_returns(void **state)
{
        struct harness *harness = *state;
        uint64_t generation;

        begin(harness, "");
        assert_int_equal(replace_text(harness, SMALL, CFGW_FOREVER, &generation), 0);
        assert_int_equal(generation, 2);
        assert_int_equal(section_count(harness), 1);
        assert_int_equal(replace_text(harness, "", CFGW_FOREVER, &generation), 0);
        assert_int_equal(generation, 3);
        assert_int_equal(section_count(harness), 0);
}

static void a_broken_file_is_mended(void **state)
{
        struct harness *harness = *state;

        begin(harness, "--settle-confirm 0.1");
        testing_write_file(harness->file, BROKEN);
        WAIT_FOR(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        assert_int_equal(replace(harness, "v1"), 2);
        assert_true(harness_is(harness, CFGW_FRESHNESS_LIVE, CFGW_STATE_VALID));
        harness_expect_content(harness, "v1");
}

static void the_file_behind_a_watched_link_is_replaced(void **state)
{
        struct harness *harness = *state;
        const char *target = testing_path(&harness->testing, "home/real.cfg");
        struct stat link;

        harness_save_at(harness, target, "v0");
        assert_int_equal(symlink("../home/real.cfg", harness->file), 0);
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        assert_int_equal(replace(harness, "v1"), 2);
        harness_expect_content(harness, "v1");
        assert_int_equal(lstat(harness->file, &link), 0);
        assert_true(S_ISLNK(link.st_mode));
}

/* ----------------------------------------------------------- every process */

struct looker {
        int ask, answer; /* pipes: a generation; how many lookups had it */
};

/* In the child: looks up all the time, and when asked so often that no other word comes first. */
static void look(const char *runtime, int ask, int answer)
{
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;
        uint64_t wanted, found;

        if (cfgw_client_new(runtime, &client) < 0 ||
            cfgw_reader_new(client, "datastore", &reader) < 0 ||
            cfgw_reader_config(reader, &config) < 0 || write(answer, &(uint64_t){0}, 8) != 8)
                _exit(1);
        while (read(ask, &wanted, sizeof(wanted)) == sizeof(wanted)) {
                found = 0;
                for (int i = 0; i < LOOKUPS; i++)
                        found += cfgw_reader_config(reader, &config) == 0 &&
                                 cfgw_config_generation(config) == wanted && content_tag(config);
                if (write(answer, &found, sizeof(found)) != sizeof(found))
                        _exit(1);
        }
        _exit(0);
}

static struct looker start_looker(struct harness *harness)
{
        int ask[2], answer[2];
        uint64_t ready;
        pid_t pid;

        assert_int_equal(pipe2(ask, O_CLOEXEC), 0);
        assert_int_equal(pipe2(answer, O_CLOEXEC), 0);
        pid = fork();
        if (pid == 0) {
                close(ask[1]);
                look(harness->runtime, ask[0], answer[1]);
        }
        assert_true(pid > 0);
        close(ask[0]);
        close(answer[1]);
        assert_int_equal(read(answer[0], &ready, sizeof(ready)), sizeof(ready));
        return (struct looker){ask[1], answer[0]};
}

static uint64_t ask_lookers(const struct looker lookers[LOOKERS], uint64_t generation)
{
        uint64_t sum = 0, found = 0;

        for (size_t i = 0; i < LOOKERS; i++)
                assert_int_equal(write(lookers[i].ask, &generation, sizeof(generation)),
                                 sizeof(generation));
        for (size_t i = 0; i < LOOKERS; i++) {
                assert_int_equal(read(lookers[i].answer, &found, sizeof(found)), sizeof(found));
                sum += found;
        }
        return sum;
}

static void a_thousand_lookups_of_others_see_it_at_once(void **state)
{
        struct harness *harness = *state;
        struct looker lookers[LOOKERS];

        begin(harness, "");
        for (size_t i = 0; i < LOOKERS; i++)
                lookers[i] = start_looker(harness);
        for (unsigned int round = 1; round <= ROUNDS; round++) {
                char tag[16];
                uint64_t generation;

                snprintf(tag, sizeof(tag), "v%04u", round);
                generation = replace(harness, tag);
                assert_int_equal(ask_lookers(lookers, generation), LOOKERS * LOOKUPS);
                assert_int_equal(generation, round + 1);
        }
        for (size_t i = 0; i < LOOKERS; i++) {
                close(lookers[i].ask);
                close(lookers[i].answer);
        }
}

/* ----------------------------------------------------------- several writers */

/* One more than the file has, or the error of the replacement. */
static int increment(cfgw_client *client, const char *path)
{
        _cleanup_(cfgw_config_unref_p) const cfgw_config *config = NULL;
        char text[128];
        unsigned int count;
        int r;

        r = cfgw_config_load(path, "datastore", CFGW_LOAD_STRICT, &config, NULL);
        if (r < 0)
                return r;
        count = (unsigned int)strtoul(
                cfgw_section_get(cfgw_config_section(config, "counter"), "comment"), NULL, 10);
        snprintf(text, sizeof(text), COUNTER, count + 1);
        return cfgw_replace(client, "datastore",
                            &(cfgw_replacement){
                                    .data = text,
                                    .size = strlen(text),
                                    .expected_digest = cfgw_config_digest(config),
                                    .timeout_usec = CFGW_FOREVER,
                            },
                            NULL, NULL);
}

/* In the child. The status is that of the first thing that went wrong. */
static void count_on(const char *runtime, const char *path)
{
        cfgw_client *client;

        if (cfgw_client_new(runtime, &client) < 0)
                _exit(255);
        for (unsigned int done = 0; done < INCREMENTS;) {
                int r = increment(client, path);

                if (r == 0)
                        done++;
                else if (r != -ESTALE)
                        _exit(-r);
        }
        _exit(0);
}

static void nothing_that_several_write_is_lost(void **state)
{
        struct harness *harness = *state;
        pid_t writers[WRITERS];
        char text[128];

        snprintf(text, sizeof(text), COUNTER, 0);
        testing_write_file(harness->file, text);
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        for (size_t i = 0; i < WRITERS; i++) {
                writers[i] = fork();
                if (writers[i] == 0)
                        count_on(harness->runtime, harness->file);
                assert_true(writers[i] > 0);
        }
        for (size_t i = 0; i < WRITERS; i++)
                assert_int_equal(process_wait(writers[i], 3 * TEST_PATIENCE_USEC), 0);
        snprintf(text, sizeof(text), COUNTER, WRITERS * INCREMENTS);
        assert_file(harness, text);
        /* Each was confirmed, so each had a generation, if not one of its own. */
        assert_true(harness_sync(harness) <= 1 + WRITERS * INCREMENTS);
}

/* In the child: one of two contents each time, so that the others save the same now and then. */
static void go_to_and_fro(const char *runtime, unsigned int seed)
{
        unsigned int rounds = getenv("CFGWATCH_TEST_SLOW") ? 20 : 200;
        cfgw_client *client;
        int r = cfgw_client_new(runtime, &client);

        for (unsigned int i = 0; r == 0 && i < rounds; i++) {
                const char *text = rand_r(&seed) % 2 ? SMALL : OTHER;
                const cfgw_replacement replacement = {
                        .data = text,
                        .size = strlen(text),
                        .timeout_usec = CFGW_FOREVER,
                };

                r = cfgw_replace(client, "datastore", &replacement, NULL, NULL);
        }
        _exit(-r);
}

static void writers_who_undo_each_other_are_confirmed_all_the_same(void **state)
{
        struct harness *harness = *state;
        pid_t writers[WRITERS];

        testing_write_file(harness->file, SMALL);
        harness_start(harness, "");
        for (unsigned int i = 0; i < WRITERS; i++) {
                writers[i] = fork();
                if (writers[i] == 0)
                        go_to_and_fro(harness->runtime, i);
                assert_true(writers[i] > 0);
        }
        for (size_t i = 0; i < WRITERS; i++)
                assert_int_equal(process_wait(writers[i], 3 * TEST_PATIENCE_USEC), 0);
}

/* ------------------------------------------------------- without the daemon */

static void without_a_daemon_the_file_is_still_known(void **state)
{
        struct harness *harness = *state;

        begin(harness, "");
        harness_stop(harness, SIGKILL);
        assert_int_equal(replace(harness, "v1"), 0);
        harness_start(harness, "");
        harness_expect_generation(harness, 2);
        harness_expect_content(harness, "v1");
        harness_stop(harness, SIGTERM);
        assert_int_equal(replace(harness, "v2"), 0);
        harness_start(harness, "");
        harness_expect_generation(harness, 3);
        harness_expect_content(harness, "v2");
}

static void a_daemon_that_does_not_answer_leaves_it_open(void **state)
{
        struct harness *harness = *state;
        uint64_t generation = 99;

        begin(harness, "");
        assert_int_equal(kill(harness->daemon, SIGSTOP), 0);
        assert_int_equal(replace_text(harness, SMALL, SHORT_USEC, &generation), -EINPROGRESS);
        assert_int_equal(generation, 99);
        assert_file(harness, SMALL);
        assert_int_equal(kill(harness->daemon, SIGCONT), 0);
        assert_int_equal(harness_sync(harness), 2);
        assert_int_equal(section_count(harness), 1);
}

/* Whoever waits for its answer then finds that there is none. */
static void a_daemon_that_ends_meanwhile_counts_as_none(void **state)
{
        struct harness *harness = *state;
        uint64_t generation = 99;
        pid_t killer;

        begin(harness, "");
        assert_int_equal(kill(harness->daemon, SIGSTOP), 0);
        killer = fork();
        if (killer == 0) {
                usleep(SHORT_USEC);
                kill(harness->daemon, SIGKILL);
                _exit(0);
        }
        assert_true(killer > 0);
        assert_int_equal(replace_text(harness, SMALL, CFGW_FOREVER, &generation), 0);
        assert_int_equal(generation, 0);
        assert_int_equal(process_wait(killer, TEST_PATIENCE_USEC), 0);
        assert_file(harness, SMALL);
        process_wait(harness->daemon, TEST_PATIENCE_USEC);
        harness_start(harness, "");
        harness_expect_generation(harness, 2);
}

/* ------------------------------------------------------------- not accepted */

static void what_the_daemon_does_not_accept_is_told(void **state)
{
        struct harness *harness = *state;
        uint64_t generation = 99;

        testing_write_file(harness->file, SMALL);
        harness_start(harness, "--limit-sections 1 --settle-confirm 0.1");
        harness_expect_generation(harness, 1);
        assert_int_equal(replace_text(harness, SMALL "\ndatastore: two\n\tpath /2\n", CFGW_FOREVER,
                                      &generation),
                         -ECANCELED);
        assert_int_equal(generation, 99);
        assert_true(harness_is(harness, CFGW_FRESHNESS_LAST_GOOD, CFGW_STATE_INVALID));
        assert_int_equal(replace_text(harness, SMALL, CFGW_FOREVER, &generation), 0);
        assert_int_equal(generation, 1);
}

static void a_file_that_the_daemon_does_not_watch_is_told(void **state)
{
        struct harness *harness = *state;
        const char *other = testing_path(&harness->testing, "etc/other.cfg");
        const cfgw_replacement replacement = {
                .data = SMALL,
                .size = strlen(SMALL),
                .timeout_usec = CFGW_FOREVER,
        };
        cfgw_client *client;

        begin(harness, "");
        assert_int_equal(cfgw_client_new(harness->runtime, &client), 0);
        assert_int_equal(cfgw_client_set_source(client, "datastore", other), 0);
        assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, NULL), -ECANCELED);
        cfgw_client_unref(client);
        harness_expect_generation(harness, 1);
}

static void a_domain_that_no_daemon_has_is_replaced_without_it(void **state)
{
        struct harness *harness = *state;
        const char *other = testing_path(&harness->testing, "etc/other.cfg");
        const cfgw_replacement replacement = {
                .data = SMALL,
                .size = strlen(SMALL),
                .timeout_usec = CFGW_FOREVER,
        };
        uint64_t generation = 99;
        cfgw_client *client;

        begin(harness, "");
        assert_int_equal(cfgw_client_new(harness->runtime, &client), 0);
        assert_int_equal(cfgw_replace(client, "other", &replacement, NULL, NULL), -ENODATA);
        assert_int_equal(cfgw_client_set_source(client, "other", other), 0);
        assert_int_equal(cfgw_replace(client, "other", &replacement, &generation, NULL), 0);
        assert_int_equal(generation, 0);
        cfgw_client_unref(client);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(a_replacement_is_in_force_when_it_returns),
                SYSTEM_TEST(the_same_bytes_are_no_generation),
                SYSTEM_TEST(a_file_that_shrinks_is_in_force_when_it_returns),
                SYSTEM_TEST(a_broken_file_is_mended),
                SYSTEM_TEST(the_file_behind_a_watched_link_is_replaced),
                SYSTEM_TEST(a_thousand_lookups_of_others_see_it_at_once),
                SYSTEM_TEST(nothing_that_several_write_is_lost),
                SYSTEM_TEST(writers_who_undo_each_other_are_confirmed_all_the_same),
                SYSTEM_TEST(without_a_daemon_the_file_is_still_known),
                SYSTEM_TEST(a_daemon_that_does_not_answer_leaves_it_open),
                SYSTEM_TEST(a_daemon_that_ends_meanwhile_counts_as_none),
                SYSTEM_TEST(what_the_daemon_does_not_accept_is_told),
                SYSTEM_TEST(a_file_that_the_daemon_does_not_watch_is_told),
                SYSTEM_TEST(a_domain_that_no_daemon_has_is_replaced_without_it),
        };

        return TESTING_RUN(tests);
}
