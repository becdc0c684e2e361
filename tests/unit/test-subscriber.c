/* SPDX-License-Identifier: MIT */
#include "board.h"
#include "subscriber.h"

#include "fake_publisher.h"
#include "instrumented.h"
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define CHILD_SECONDS 30       /* one that hangs is killed by its own alarm */
#define HUGE_STACK (1UL << 50) /* more than any address space has */

static int open_epoll(void)
{
        int epoll = epoll_create1(EPOLL_CLOEXEC);

        assert_true(epoll >= 0);
        return epoll;
}

/* What is sent before the connection stands is lost: so it is said until it arrives. */
static bool say_and_receive(const struct fake_publisher *publisher, struct subscriber *subscriber,
                            struct message *ret)
{
        int r;

        fake_publisher_say(publisher, "datastore", MESSAGE_CHANGE, 7);
        r = subscriber_receive(subscriber, ret);
        assert_true(r >= 0);
        return r > 0;
}

static void expect_to_hear(const struct fake_publisher *publisher, struct subscriber *subscriber)
{
        struct message message = {0};

        WAIT_FOR(say_and_receive(publisher, subscriber, &message));
        assert_string_equal(message.domain, "datastore");
        assert_int_equal(message.generation, 7);
}

static void a_message_arrives_and_wakes_the_epoll(void **state)
{
        struct fake_publisher publisher = fake_publisher_start(*state);
        struct subscriber *subscriber;
        struct epoll_event event;
        int epoll = open_epoll();

        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        assert_int_equal(subscriber_add(subscriber, "datastore"), 0);
        expect_to_hear(&publisher, subscriber);
        fake_publisher_say(&publisher, "datastore", MESSAGE_STATE, 8);
        assert_int_equal(epoll_wait(epoll, &event, 1, CHILD_SECONDS * 1000), 1);
        assert_null(subscriber_free(subscriber));
        assert_int_equal(epoll_wait(epoll, &event, 1, 0), 0);
        close(epoll);
        fake_publisher_stop(&publisher);
}

static void only_what_was_asked_for_arrives(void **state)
{
        struct fake_publisher publisher = fake_publisher_start(*state);
        struct subscriber *subscriber;
        struct message message = {0};
        int r, epoll = open_epoll();

        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        assert_int_equal(subscriber_add(subscriber, "datastore"), 0);
        expect_to_hear(&publisher, subscriber);
        fake_publisher_say(&publisher, "remote", MESSAGE_CHANGE, 1);
        fake_publisher_say(&publisher, "datastore2", MESSAGE_CHANGE, 2);
        fake_publisher_say(&publisher, "datastore", MESSAGE_CHANGE, 3);
        while (message.generation != 3) {
                WAIT_FOR((r = subscriber_receive(subscriber, &message)) != 0);
                assert_int_equal(r, 1);
                assert_string_equal(message.domain, "datastore");
        }
        assert_int_equal(subscriber_add(subscriber, NULL), 0);
        fake_publisher_say(&publisher, "remote", MESSAGE_CHANGE, 4);
        WAIT_FOR(subscriber_receive(subscriber, &message) == 1);
        assert_string_equal(message.domain, "remote");
        subscriber_free(subscriber);
        close(epoll);
        fake_publisher_stop(&publisher);
}

/*
 * nanomsg may stay deaf to a publisher that comes back (it died in the middle of the handshake).
 * Whoever uses this module makes the socket anew after silence, and so does this.
 */
static void expect_to_hear_again(void **state, const struct fake_publisher *publisher, int epoll,
                                 struct subscriber **subscriber)
{
        uint64_t began = testing_now(), silent_since = began;
        struct message message = {0};

        while (!say_and_receive(publisher, *subscriber, &message)) {
                assert_true(testing_now() - began < TEST_PATIENCE_USEC);
                if (testing_now() - silent_since > BOARD_SILENCE_USEC) {
                        subscriber_free(*subscriber);
                        assert_int_equal(subscriber_new(*state, epoll, subscriber), 0);
                        assert_int_equal(subscriber_add(*subscriber, NULL), 0);
                        silent_since = testing_now();
                }
                testing_nap();
        }
        assert_int_equal(message.generation, 7);
}

static void a_publisher_may_come_later_and_come_back(void **state)
{
        struct fake_publisher publisher;
        struct subscriber *subscriber;
        int epoll = open_epoll();

        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        assert_int_equal(subscriber_add(subscriber, NULL), 0);
        publisher = fake_publisher_start(*state);
        expect_to_hear_again(state, &publisher, epoll, &subscriber);
        fake_publisher_kill(&publisher);
        publisher = fake_publisher_start(*state);
        expect_to_hear_again(state, &publisher, epoll, &subscriber);
        subscriber_free(subscriber);
        close(epoll);
        fake_publisher_stop(&publisher);
}

static void what_is_no_message_is_told_as_such(void **state)
{
        struct fake_publisher publisher = fake_publisher_start(*state);
        struct subscriber *subscriber;
        struct message message;
        int epoll = open_epoll();

        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        assert_int_equal(subscriber_add(subscriber, NULL), 0);
        expect_to_hear(&publisher, subscriber);
        fake_publisher_send(&publisher, "datastore rubbish");
        WAIT_FOR(subscriber_receive(subscriber, &message) == -EBADMSG);
        expect_to_hear(&publisher, subscriber);
        subscriber_free(subscriber);
        close(epoll);
        fake_publisher_stop(&publisher);
}

/* Sends it until something arrives; what that is. */
static int receive_own(int publisher, const char *text, size_t size, struct subscriber *subscriber)
{
        struct message message;
        int r = 0;

        for (uint64_t until = testing_now() + TEST_PATIENCE_USEC; r == 0;) {
                assert_true(testing_now() < until);
                assert_int_equal(nn_send(publisher, text, size, 0), size);
                testing_nap();
                r = subscriber_receive(subscriber, &message);
        }
        return r;
}

/* Longer than any message is now, but not for a later version; and more than nanomsg takes. */
static void a_long_message_is_told_as_none(void **state)
{
        _cleanup_free_ char *address = format_string("ipc://%s/" EVENT_SOCKET, (char *)*state);
        const struct message good = {.domain = "datastore", .generation = 1};
        char line[EVENT_SIZE_MAX + 1];
        char text[8192];
        struct subscriber *subscriber;
        int epoll = open_epoll(), publisher = nn_socket(AF_SP, NN_PUB);

        memset(text, 'x', sizeof(text));
        assert_true(nn_bind(publisher, address) >= 0);
        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        assert_int_equal(subscriber_add(subscriber, NULL), 0);
        assert_int_equal(receive_own(publisher, text, EVENT_SIZE_MAX * 2, subscriber), -EBADMSG);
        assert_int_equal(nn_send(publisher, text, sizeof(text), 0), sizeof(text));

        /* That leaves the connection deaf, so another one is made, as after silence. */
        subscriber_free(subscriber);
        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        assert_int_equal(subscriber_add(subscriber, NULL), 0);
        assert_int_equal(receive_own(publisher, line, message_encode(&good, line), subscriber), 1);
        subscriber_free(subscriber);
        nn_close(publisher);
        close(epoll);
}

/* ------------------------------------------------------------- what is lacking */

static void a_path_too_long_is_refused(void **state)
{
        struct subscriber *subscriber = NULL;
        char directory[EVENT_PATH_MAX + 1];
        int epoll = open_epoll();

        memset(directory, 'x', sizeof(directory));
        directory[0] = '/';
        directory[EVENT_PATH_MAX - strlen("/" EVENT_SOCKET) + 1] = '\0';
        assert_int_equal(subscriber_new(directory, epoll, &subscriber), -ENAMETOOLONG);
        assert_null(subscriber);
        directory[EVENT_PATH_MAX - strlen("/" EVENT_SOCKET)] = '\0';
        assert_int_equal(subscriber_new(directory, epoll, &subscriber), 0);
        subscriber_free(subscriber);
        close(epoll);
}

static void a_lack_of_file_descriptors_is_an_error(void **state)
{
        struct rlimit old, few;
        struct subscriber *subscriber = NULL;
        int epoll = open_epoll();

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
        few = old;
        few.rlim_cur = (rlim_t)epoll + 4;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        assert_int_equal(subscriber_new(*state, epoll, &subscriber), -EMFILE);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
        assert_null(subscriber);
        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        subscriber_free(subscriber);
        close(epoll);
}

/* As RLIMIT_NPROC, pids.max and RLIMIT_AS have it, but for root and under valgrind as well. */
static void a_lack_of_a_thread_is_an_error(void **state)
{
        struct subscriber *subscriber = NULL;
        pthread_attr_t old, huge;
        int epoll = open_epoll();

        assert_int_equal(pthread_getattr_default_np(&old), 0);
        assert_int_equal(pthread_attr_init(&huge), 0);
        assert_int_equal(pthread_attr_setstacksize(&huge, HUGE_STACK), 0);
        assert_int_equal(pthread_setattr_default_np(&huge), 0);
        assert_int_equal(subscriber_new(*state, epoll, &subscriber), -EAGAIN);
        assert_int_equal(pthread_setattr_default_np(&old), 0);
        assert_null(subscriber);
        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        subscriber_free(subscriber);
        pthread_attr_destroy(&old);
        pthread_attr_destroy(&huge);
        close(epoll);
}

/* ----------------------------------------------------------------------- forks */

static void expect_success(pid_t child)
{
        int status;

        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
}

static void *sleep_for_ever(void *userdata)
{
        for (;;)
                pause();
        return userdata;
}

static int lowest_fd(void)
{
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

        close(fd);
        return fd;
}

/* In a child with a thread of its own, as a worker process of a service has it. */
static int use_inherited(struct subscriber *inherited, const char *directory)
{
        struct subscriber *subscriber;
        int before, epoll;
        pthread_t thread;

        alarm(CHILD_SECONDS);
        if (pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0)
                return 1;
        epoll = epoll_create1(EPOLL_CLOEXEC);
        before = lowest_fd();
        for (int i = 0; i < 2000; i++) /* nanomsg has 512 sockets */
                if (subscriber_new(directory, epoll, &subscriber) != -ENOTSUP)
                        return 2;
        subscriber_free(inherited);
        return lowest_fd() == before ? 0 : 3;
}

static void a_child_never_calls_what_it_inherited(void **state)
{
        struct fake_publisher publisher;
        struct subscriber *subscriber;
        int epoll;
        pid_t child;

        if (is_instrumented())
                SKIP("a child with threads is not for these tools");
        publisher = fake_publisher_start(*state);
        epoll = open_epoll();
        assert_int_equal(subscriber_new(*state, epoll, &subscriber), 0);
        assert_int_equal(subscriber_add(subscriber, NULL), 0);
        expect_to_hear(&publisher, subscriber);
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
                _exit(use_inherited(subscriber, *state));
        expect_success(child);
        expect_to_hear(&publisher, subscriber);
        subscriber_free(subscriber);
        close(epoll);
        fake_publisher_stop(&publisher);
}

/* Also of one that had a socket once: nanomsg has ended with the last. */
static void a_child_of_a_process_without_sockets_has_its_own(void **state)
{
        struct fake_publisher publisher = fake_publisher_start(*state);
        struct subscriber *first, *second;
        int epoll = open_epoll();
        pid_t child;

        assert_int_equal(subscriber_new(*state, epoll, &first), 0);
        assert_int_equal(subscriber_new(*state, epoll, &second), 0);
        subscriber_free(first);
        subscriber_free(second);
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
                alarm(CHILD_SECONDS);
                assert_int_equal(subscriber_new(*state, epoll, &first), 0);
                assert_int_equal(subscriber_add(first, NULL), 0);
                expect_to_hear(&publisher, first);
                subscriber_free(first);
                _exit(0);
        }
        expect_success(child);
        close(epoll);
        fake_publisher_stop(&publisher);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(a_message_arrives_and_wakes_the_epoll),
                TEST(only_what_was_asked_for_arrives),
                TEST(a_publisher_may_come_later_and_come_back),
                TEST(what_is_no_message_is_told_as_such),
                TEST(a_long_message_is_told_as_none),
                TEST(a_path_too_long_is_refused),
                TEST(a_lack_of_file_descriptors_is_an_error),
                TEST(a_lack_of_a_thread_is_an_error),
                TEST(a_child_never_calls_what_it_inherited),
                TEST(a_child_of_a_process_without_sockets_has_its_own),
        };

        return TESTING_RUN(tests);
}
