/* SPDX-License-Identifier: MIT */
/* Readers in many threads and forked children, while generations change under them. */
#include "fake_daemon.h"
#include "testing.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define READERS 4
#define GENERATIONS 160
#define RESTART_EVERY 10 /* generations: then another daemon takes over */
#define KEPT 4           /* snapshot files, as the real daemon keeps */
#define FORKS 40

struct stage {
        const char *source; /* there is no such file, where it is not to mix in */
        cfgw_client *client;
        _Atomic uint64_t public; /* the daemon has made this one public */
        _Atomic bool stop;
};

/* The content of each generation tells its number twice. */
static const char *text_of(uint64_t generation)
{
        static _Thread_local char text[128];

        snprintf(text, sizeof(text),
                 "datastore: ds%04d\n\tpath /%d\n\ndatastore: last\n\tpath /%d\n", (int)generation,
                 (int)generation, (int)generation);
        return text;
}

static const char *check(const cfgw_config *config, uint64_t at_least)
{
        uint64_t generation = cfgw_config_generation(config);
        char name[32], path[32];
        const cfgw_section *section, *last;

        snprintf(name, sizeof(name), "ds%04d", (int)generation);
        snprintf(path, sizeof(path), "/%d", (int)generation);
        if (generation < at_least)
                return "a config was older than what was public";
        if (cfgw_config_section_count(config) != 2)
                return "a config was not whole";
        section = cfgw_config_section(config, name);
        last = cfgw_config_section(config, "last");
        if (!section || !last || strcmp(cfgw_section_get(section, "path"), path) != 0 ||
            strcmp(cfgw_section_get(last, "path"), path) != 0)
                return "a config was mixed";
        return NULL;
}

static void *read_on(void *userdata)
{
        struct stage *stage = userdata;
        const cfgw_config *config;
        const char *problem = NULL;
        uint64_t last = 0;
        cfgw_reader *reader;

        if (cfgw_reader_new(stage->client, "datastore", &reader) < 0)
                return (void *)(uintptr_t) "no reader";
        while (!problem && !atomic_load(&stage->stop)) {
                uint64_t public = atomic_load(&stage->public);

                if (cfgw_reader_config(reader, &config) < 0)
                        problem = "there was no config";
                else {
                        problem = check(config, MAX(public, last));
                        last = cfgw_config_generation(config);
                }
        }
        cfgw_reader_free(reader);
        return (void *)(uintptr_t)problem;
}

static void start_threads(struct stage *stage, void *(*run)(void *), pthread_t threads[READERS])
{
        for (size_t i = 0; i < READERS; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, run, stage), 0);
}

static void join_threads(struct stage *stage, pthread_t threads[READERS])
{
        void *problem = NULL, *first = NULL;

        atomic_store(&stage->stop, true);
        for (size_t i = 0; i < READERS; i++) {
                pthread_join(threads[i], &problem);
                if (problem)
                        first = problem;
        }
        if (first)
                fail_msg("%s", (const char *)first);
}

static void advance(struct stage *stage, const struct fake_daemon *daemon, uint64_t generation)
{
        char old[256];

        fake_accept(daemon, 0, generation, stage->source, text_of(generation));
        fake_beat(daemon);
        atomic_store(&stage->public, generation);
        snprintf(old, sizeof(old), "%s/datastore/%d.snap", daemon->directory,
                 (int)generation - KEPT);
        unlink(old);
}

/*
 * Another daemon takes over at @generation, which it shows before its board is in place. The
 * old one has stopped before every other time, and was too slow to die otherwise.
 */
static struct fake_daemon restart(struct fake_daemon *old, uint64_t generation)
{
        struct access access = {.gid = getegid(), .mode = 0644};
        const char *const domains[] = {"datastore"};
        struct fake_daemon daemon = *old;

        if (generation / RESTART_EVERY % 2)
                fake_stop(old);
        assert_int_equal(board_writer_new(old->directory, &access, domains, 1, &daemon.writer), 0);
        fake_state(&daemon, 0, generation, text_of(generation), CFGW_STATE_VALID, 0, "");
        assert_int_equal(board_writer_publish(daemon.writer, now_usec()), 0);
        fake_stop(old);
        return daemon;
}

static void readers_get_whole_configs_and_never_an_older_one(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        struct stage stage = {.source = testing_path(state, "datastore.cfg")};
        pthread_t threads[READERS];

        assert_int_equal(cfgw_client_new(*state, &stage.client), 0);
        advance(&stage, &daemon, 1);
        start_threads(&stage, read_on, threads);
        for (uint64_t generation = 2; generation <= GENERATIONS; generation++) {
                if (generation % RESTART_EVERY == 0)
                        daemon = restart(&daemon, generation - 1);
                advance(&stage, &daemon, generation);
        }
        join_threads(&stage, threads);
        cfgw_client_unref(stage.client);
        fake_stop(&daemon);
}

/* Own reading, status and lookups of the same domain by all threads at once. */
static void *read_own(void *userdata)
{
        struct stage *stage = userdata;
        const char *problem = NULL;
        cfgw_reader *reader;

        if (cfgw_reader_new(stage->client, "datastore", &reader) < 0)
                return (void *)(uintptr_t) "no reader";
        while (!problem && !atomic_load(&stage->stop)) {
                const cfgw_config *config;
                cfgw_status *status;

                if (cfgw_reader_config(reader, &config) < 0)
                        problem = "there was no config";
                else if (!cfgw_config_section(config, "one"))
                        problem = "the config was another one";
                else if (cfgw_reader_status(reader, &status) < 0)
                        problem = "there was no status";
                else
                        cfgw_status_free(status);
        }
        cfgw_reader_free(reader);
        return (void *)(uintptr_t)problem;
}

static void daemons_come_and_go_under_readers(void **state)
{
        struct stage stage = {.source = testing_path(state, "datastore.cfg")};
        struct fake_daemon daemon;
        pthread_t threads[READERS];

        testing_write_file(stage.source, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(*state, &stage.client), 0);
        assert_int_equal(cfgw_client_set_ttl(stage.client, 100000), 0);
        assert_int_equal(cfgw_client_set_source(stage.client, "datastore", stage.source), 0);
        start_threads(&stage, read_own, threads);
        for (uint64_t generation = 1; generation < 20; generation++) {
                daemon = fake_start(*state, FAKE_EPOCH);
                fake_accept(&daemon, 0, generation, stage.source, fake_text("one", "/1"));
                for (int i = 0; i < 5; i++)
                        testing_nap();
                fake_fall_silent(&daemon);
                for (int i = 0; i < 5; i++)
                        testing_nap();
                fake_beat(&daemon);
                fake_stop(&daemon);
                for (int i = 0; i < 5; i++)
                        testing_nap();
        }
        join_threads(&stage, threads);
        cfgw_client_unref(stage.client);
}

/* ------------------------------------------------------------------- fork */

/* What a child does that was forked at any moment: old reader, new reader, new generation. */
static int live_in_child(cfgw_client *client, cfgw_reader *old, uint64_t at_least)
{
        const cfgw_config *config;
        cfgw_reader *reader;
        cfgw_status *status;

        alarm(20);
        if (cfgw_reader_config(old, &config) < 0 || check(config, at_least))
                return 1;
        if (cfgw_reader_new(client, "datastore", &reader) < 0)
                return 2;
        if (cfgw_reader_config(reader, &config) < 0 || check(config, at_least))
                return 3;
        if (cfgw_reader_status(old, &status) < 0)
                return 4;
        cfgw_status_free(status);
        cfgw_reader_free(reader);
        return 0;
}

static void children_forked_at_any_moment_look_up(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        struct stage stage = {.source = testing_path(state, "datastore.cfg")};
        pthread_t threads[READERS];
        cfgw_reader *reader;
        int status;

        assert_int_equal(cfgw_client_new(*state, &stage.client), 0);
        advance(&stage, &daemon, 1);
        assert_int_equal(cfgw_reader_new(stage.client, "datastore", &reader), 0);
        start_threads(&stage, read_on, threads);
        for (uint64_t generation = 2; generation < FORKS; generation++) {
                pid_t child;

                /* The threads are on their way to map it when the fork happens. */
                advance(&stage, &daemon, generation);
                child = fork();
                if (child == 0)
                        _exit(live_in_child(stage.client, reader, generation));
                assert_int_equal(waitpid(child, &status, 0), child);
                assert_int_equal(status, 0);
        }
        join_threads(&stage, threads);
        cfgw_reader_free(reader);
        cfgw_client_unref(stage.client);
        fake_stop(&daemon);
}

static void a_child_sees_what_comes_after_the_fork(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;
        int status, start[2];
        char byte = 0;
        pid_t child;

        fake_accept(&daemon, 0, 1, "/x", text_of(1));
        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_reader_new(client, "datastore", &reader), 0);
        assert_int_equal(cfgw_reader_config(reader, &config), 0);
        assert_int_equal(pipe(start), 0);
        child = fork();
        if (child == 0) {
                int r = read(start[0], &byte, 1) == 1 && cfgw_reader_config(reader, &config) == 0 &&
                                        cfgw_config_generation(config) == 2
                                ? 0
                                : 1;

                cfgw_reader_free(reader);
                cfgw_client_unref(client);
                _exit(r);
        }
        fake_accept(&daemon, 0, 2, "/x", text_of(2));
        assert_int_equal(write_all(start[1], &byte, 1), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        close(start[0]);
        close(start[1]);
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(readers_get_whole_configs_and_never_an_older_one),
                TEST(daemons_come_and_go_under_readers),
                TEST(children_forked_at_any_moment_look_up),
                TEST(a_child_sees_what_comes_after_the_fork),
        };

        return TESTING_RUN(tests);
}
