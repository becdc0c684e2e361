/* SPDX-License-Identifier: MIT */
/* What is told, and what becomes of it when the helper dies or hangs. */
#include "publishing.h"
#include "testing.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define BACK_USEC (2 * USEC_PER_SEC) /* subscribers hear again after a death of the helper */

/* It is started again: less than what the back-off would grow to in six deaths. */
#define QUICK_USEC (400 * USEC_PER_MSEC)

/* -------------------------------------------------------------- messages */

static void message_reaches_a_subscriber(void **state)
{
        struct publishing publishing;
        struct message heard;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        publishing.beat_usec = USEC_NEVER;
        while (publishing_hear(&publishing, &heard))
                ;
        publishing_tell(&publishing, MESSAGE_CHANGE, 43);
        PUBLISHING_UNTIL(&publishing,
                         publishing_hear(&publishing, &heard) && heard.kind == MESSAGE_CHANGE);
        assert_string_equal(heard.domain, "datastore");
        assert_int_equal(heard.generation, 43);
        assert_int_equal(heard.epoch, 0x9f);
        assert_int_equal(heard.state, CFGW_STATE_VALID);
        publishing_close(&publishing);
}

static void burst_is_few_messages_and_ends_with_the_newest(void **state)
{
        struct publishing publishing;
        struct message heard = {0};
        uint64_t started, last = 0, lasted;
        size_t count = 0;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        while (publishing_hear(&publishing, &heard))
                last = heard.sequence;
        started = now_usec();
        for (uint64_t i = 2; i <= 10000; i++)
                publishing_tell(&publishing, MESSAGE_CHANGE, i);
        lasted = now_usec() - started;
        while (heard.generation < 10000) {
                if (!publishing_hear(&publishing, &heard)) {
                        publishing_turn(&publishing);
                        assert_true(now_usec() < started + TEST_PATIENCE_USEC);
                        continue;
                }
                if (last != 0)
                        assert_int_equal(heard.sequence, last + 1);
                last = heard.sequence;
                count++;
        }
        assert_true(count <= lasted / PUBLISHER_GAP_USEC + 4);
        publishing_close(&publishing);
}

static void heartbeat_repeats_the_last_state(void **state)
{
        struct publishing publishing;
        struct message heard = {0};

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        publishing_tell(&publishing, MESSAGE_CHANGE, 5);
        PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 5));
        publishing.beat_usec = now_usec() + 100 * USEC_PER_MSEC;
        PUBLISHING_UNTIL(&publishing,
                         publishing_hear(&publishing, &heard) && heard.kind == MESSAGE_HEARTBEAT);
        assert_int_equal(heard.generation, 5);
        publishing_close(&publishing);
}

/* Receives as a subscriber of its own would: beside the daemon, not in turns with it. */
static void *await_farewell(void *argument)
{
        struct publishing *publishing = argument;
        uint64_t until = testing_now() + TEST_PATIENCE_USEC;
        struct message heard;

        while (testing_now() < until)
                if (!publishing_hear(publishing, &heard))
                        testing_nap();
                else if (heard.kind == MESSAGE_FAREWELL)
                        return heard.generation == 8 ? publishing : NULL;
        return NULL;
}

static void stop_and_expect_farewell(struct publishing *publishing)
{
        pthread_t thread;
        void *heard;

        publishing_tell(publishing, MESSAGE_CHANGE, 8); /* and its gap is not over */
        assert_int_equal(pthread_create(&thread, NULL, await_farewell, publishing), 0);
        publishing->publisher = publisher_free(publishing->publisher);
        assert_int_equal(pthread_join(thread, &heard), 0);
        assert_non_null(heard);
}

static void farewell_arrives_and_nothing_is_left_behind(void **state)
{
        struct publishing publishing;
        pid_t pid;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        pid = publisher_pid(publishing.publisher);
        stop_and_expect_farewell(&publishing);
        assert_int_equal(kill(pid, 0), -1);
        assert_int_equal(access(publishing.socket, F_OK), -1);
        publishing_close(&publishing);
}

static void signals_of_a_terminal_do_not_end_the_helper(void **state)
{
        struct publishing publishing;
        pid_t pid;

        publishing_open(&publishing, state, access_private());
        pid = publisher_pid(publishing.publisher);
        assert_true(pid > 0);
        /* From its first moment on: it is not yet ready here. */
        assert_int_equal(kill(pid, SIGINT), 0);
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(kill(pid, SIGHUP), 0);
        publishing_subscribe(&publishing);
        assert_int_equal(publisher_pid(publishing.publisher), pid);
        stop_and_expect_farewell(&publishing);
        publishing_close(&publishing);
}

/* ---------------------------------------------------------------- deaths */

static void killed_helper_comes_back_and_tells_the_state_unasked(void **state)
{
        struct publishing publishing;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        for (uint64_t i = 1; i <= 3; i++) {
                pid_t pid = publisher_pid(publishing.publisher);
                uint64_t killed;

                publishing_tell(&publishing, MESSAGE_CHANGE, 100 + i);
                PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 100 + i));
                publishing.beat_usec = USEC_NEVER; /* not by a heartbeat */
                kill(pid, SIGKILL);
                killed = now_usec();
                PUBLISHING_UNTIL(&publishing, publisher_pid(publishing.publisher) != pid);
                PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 100 + i));
                assert_true(now_usec() - killed < BACK_USEC);
                assert_int_equal(publisher_restarts(publishing.publisher), i);
        }
        publishing_close(&publishing);
}

/* In step with the heartbeat, which then never finds both the helper and the subscriber. */
static void helper_killed_once_a_second_stays_as_quick(void **state)
{
        struct publishing publishing;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        for (uint64_t i = 1; i <= 6; i++) {
                pid_t pid = publisher_pid(publishing.publisher);
                uint64_t begun = now_usec();

                kill(pid, SIGKILL);
                publishing.beat_usec = begun;
                publishing_tell(&publishing, MESSAGE_CHANGE, 200 + i);
                PUBLISHING_UNTIL(&publishing, publisher_pid(publishing.publisher) > 0 &&
                                                      publisher_pid(publishing.publisher) != pid);
                assert_true(now_usec() - begun < QUICK_USEC);
                PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 200 + i));
                assert_true(now_usec() - begun < BACK_USEC);
                PUBLISHING_UNTIL(&publishing, now_usec() - begun >= USEC_PER_SEC);
        }
        publishing_close(&publishing);
}

static void stopped_helper_is_replaced_and_never_blocks_the_daemon(void **state)
{
        struct publishing publishing;
        uint64_t slowest = 0;
        pid_t pid;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        pid = publisher_pid(publishing.publisher);
        kill(pid, SIGSTOP);
        for (uint64_t i = 2; publisher_pid(publishing.publisher) == pid; i++) {
                uint64_t began = now_usec();

                assert_true(i < 20000);
                publishing_tell(&publishing, MESSAGE_CHANGE, i);
                slowest = MAX(slowest, now_usec() - began);
                publishing_turn(&publishing);
        }
        assert_true(slowest < 200 * USEC_PER_MSEC);
        publishing_tell(&publishing, MESSAGE_CHANGE, 50000);
        PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 50000));
        publishing_close(&publishing);
}

/* With a heartbeat alone it takes minutes until its queue is full. */
static void stopped_helper_is_noticed_before_its_queue_is_full(void **state)
{
        struct publishing publishing;
        uint64_t stopped;
        pid_t pid;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        pid = publisher_pid(publishing.publisher);
        kill(pid, SIGSTOP);
        stopped = now_usec();
        PUBLISHING_UNTIL(&publishing, publisher_pid(publishing.publisher) != pid);
        assert_true(now_usec() - stopped < 6 * USEC_PER_SEC);
        publishing_close(&publishing);
}

static void stopped_helper_does_not_hold_up_the_end(void **state)
{
        struct publishing publishing;
        uint64_t began;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        kill(publisher_pid(publishing.publisher), SIGSTOP);
        began = now_usec();
        publishing.publisher = publisher_free(publishing.publisher);
        assert_true(now_usec() - began < USEC_PER_SEC);
        publishing_close(&publishing);
}

static void helper_does_not_outlive_the_daemon(void **state)
{
        pid_t daemon, helper = 0;
        int status, pipe[2];

        /* Orphans come to us, so that we can see how they ended. */
        assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pipe), 0);
        daemon = fork();
        assert_true(daemon >= 0);
        if (daemon == 0) {
                struct publishing publishing;

                publishing_open(&publishing, state, access_private());
                PUBLISHING_UNTIL(&publishing, access(publishing.socket, F_OK) == 0);
                helper = publisher_pid(publishing.publisher);
                kill(helper, SIGSTOP); /* it cannot see the end of the stream */
                if (write(pipe[1], &helper, sizeof(helper)) == sizeof(helper))
                        pause();
                _exit(1);
        }
        assert_int_equal(read(pipe[0], &helper, sizeof(helper)), sizeof(helper));
        kill(daemon, SIGKILL);
        assert_int_equal(waitpid(daemon, NULL, 0), daemon);
        assert_int_equal(waitpid(helper, &status, 0), helper);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        close(pipe[0]);
        close(pipe[1]);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(message_reaches_a_subscriber),
                TEST(burst_is_few_messages_and_ends_with_the_newest),
                TEST(heartbeat_repeats_the_last_state),
                TEST(farewell_arrives_and_nothing_is_left_behind),
                TEST(signals_of_a_terminal_do_not_end_the_helper),
                TEST(killed_helper_comes_back_and_tells_the_state_unasked),
                TEST(helper_killed_once_a_second_stays_as_quick),
                TEST(stopped_helper_is_replaced_and_never_blocks_the_daemon),
                TEST(stopped_helper_is_noticed_before_its_queue_is_full),
                TEST(stopped_helper_does_not_hold_up_the_end),
                TEST(helper_does_not_outlive_the_daemon),
        };

        return TESTING_RUN(tests);
}
