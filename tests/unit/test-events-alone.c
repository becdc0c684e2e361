/* SPDX-License-Identifier: MIT */
/* Events where nanomsg cannot be used (now): in forked children, and where something lacks. */
#include "following.h"
#include "instrumented.h"
#include "testing.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SOURCE testing_path(state, "datastore.cfg")

#define CHILD_SECONDS 30 /* one that hangs is killed by its own alarm */

static int live_in_child(cfgw_client *client, cfgw_reader *reader)
{
        const cfgw_config *config;
        cfgw_event *event;
        uint64_t timeout;

        alarm(CHILD_SECONDS);
        if (cfgw_client_subscribe(client, "remote") != -ECHILD ||
            cfgw_client_get_fd(client) != -ECHILD || cfgw_client_get_events(client) != -ECHILD ||
            cfgw_client_get_timeout(client, &timeout) != -ECHILD ||
            cfgw_client_process(client, &event) != -ECHILD ||
            cfgw_client_wait(client, 0) != -ECHILD)
                return 1;
        if (cfgw_reader_config(reader, &config) < 0)
                return 2;
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
        return 0;
}

static void a_forked_child_has_no_events_but_lookups(void **state)
{
        struct fake_publisher publisher;
        struct following set;
        cfgw_reader *reader;
        int status;
        pid_t child;

        if (is_instrumented())
                SKIP("a child with threads is not for these tools");
        set = following_start(state);
        publisher = fake_publisher_start(*state);
        assert_int_equal(cfgw_reader_new(set.client, "datastore", &reader), 0);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        following_expect_to_hear(&set, &publisher, TEST_PATIENCE_USEC);
        child = fork();
        if (child == 0)
                _exit(live_in_child(set.client, reader));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);

        /* The parent goes on as if nothing had been. */
        following_expect_to_hear(&set, &publisher, TEST_PATIENCE_USEC);
        cfgw_reader_free(reader);
        fake_publisher_kill(&publisher);
        following_end(&set);
}

static void *sleep_for_ever(void *userdata)
{
        for (;;)
                pause();
        return userdata;
}

/* As a worker process of a service: has a thread, subscribes, and follows until @generation. */
static int follow_in_child(const char *directory, int ready, uint64_t generation)
{
        cfgw_client *client;
        cfgw_event *event;
        pthread_t thread;
        uint64_t seen = 0;

        alarm(CHILD_SECONDS);
        if (pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0 ||
            cfgw_client_new(directory, &client) < 0 ||
            cfgw_client_subscribe(client, "datastore") < 0)
                return 1;
        while (seen < generation) {
                int r = cfgw_client_process(client, &event);

                if (r < 0)
                        return 2;
                if (r == 0) {
                        cfgw_client_wait(client, CFGW_FOREVER);
                        continue;
                }
                seen = cfgw_status_generation(cfgw_event_status(event));
                cfgw_event_free(event);
                if (write_all(ready, "", 1) < 0)
                        return 3;
        }
        cfgw_client_unref(client);
        return 0;
}

/* Beyond the silence after which a socket would be made anew: that must not be tried there. */
static void a_child_may_subscribe_with_a_client_of_its_own(void **state)
{
        uint64_t until = testing_now() + BOARD_SILENCE_USEC + USEC_PER_SEC;
        struct following set;
        int status, ready[2];
        char byte;
        pid_t child;

        if (is_instrumented())
                SKIP("a child with threads is not for these tools");
        set = following_start(state);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_int_equal(pipe(ready), 0);
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
                _exit(follow_in_child(*state, ready[1], 3));
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        assert_int_equal(read(ready[0], &byte, 1), 1);
        while (testing_now() < until) {
                fake_beat(&set.daemon);
                testing_nap();
        }
        fake_accept(&set.daemon, 0, 3, SOURCE, fake_text("three", "/3"));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        close(ready[0]);
        following_end(&set);
}

/* Where nanomsg would abort: a path that is too long, or no more files to open. */
static void a_long_path_is_looked_at_without_messages(void **state)
{
        struct fake_daemon daemon;
        cfgw_client *client;
        char name[EVENT_PATH_MAX];
        const char *directory;

        memset(name, 'n', sizeof(name));
        name[sizeof(name) - 1] = '\0';
        directory = testing_path(state, "%s", name);
        assert_int_equal(mkdir(directory, 0755), 0);
        daemon = fake_start(directory, FAKE_EPOCH);
        fake_accept(&daemon, 0, 1, SOURCE, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(directory, &client), 0);
        assert_int_equal(cfgw_client_subscribe(client, "datastore"), 0);
        following_expect(client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_accept(&daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        following_expect(client, "datastore", CFGW_EVENT_CHANGE, 2);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

static void too_few_files_are_waited_for(void **state)
{
        struct fake_publisher publisher;
        struct rlimit before, few;
        struct following set = following_start(state);
        int lowest;

        publisher = fake_publisher_start(*state);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        lowest = dup(0);
        close(lowest);
        few = before;
        few.rlim_cur = (rlim_t)lowest + 5; /* one for epoll, some to open board and snapshot */
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        following_expect_to_hear(&set, &publisher, TEST_PATIENCE_USEC);
        fake_publisher_kill(&publisher);
        following_end(&set);
}

static void a_lack_of_threads_is_waited_for(void **state)
{
        struct fake_publisher publisher = fake_publisher_start(*state);
        struct following set = following_start(state);
        pthread_attr_t before, huge;

        assert_int_equal(pthread_getattr_default_np(&before), 0);
        assert_int_equal(pthread_attr_init(&huge), 0);
        assert_int_equal(pthread_attr_setstacksize(&huge, 1UL << 50), 0); /* none is that large */
        assert_int_equal(pthread_setattr_default_np(&huge), 0);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 2);
        assert_int_equal(pthread_setattr_default_np(&before), 0);
        following_expect_to_hear(&set, &publisher, TEST_PATIENCE_USEC);
        pthread_attr_destroy(&before);
        pthread_attr_destroy(&huge);
        fake_publisher_kill(&publisher);
        following_end(&set);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(a_forked_child_has_no_events_but_lookups),
                TEST(a_child_may_subscribe_with_a_client_of_its_own),
                TEST(a_long_path_is_looked_at_without_messages),
                TEST(too_few_files_are_waited_for),
                TEST(a_lack_of_threads_is_waited_for),
        };

        return TESTING_RUN(tests);
}
