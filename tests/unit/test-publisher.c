/* SPDX-License-Identifier: MIT */
/* The real helper process, and a real nanomsg subscriber in this one. */
#include "publisher.h"
#include "testing.h"

#include <errno.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define BACK_USEC (2 * USEC_PER_SEC) /* subscribers hear again after a death of the helper */

/* It is started again: less than what the back-off would grow to in six deaths. */
#define QUICK_USEC (400 * USEC_PER_MSEC)

struct fixture {
        const char *directory;
        const char *socket;
        struct publisher *publisher;
        int subscriber;
        uint64_t beat_usec; /* the next heartbeat */
};

static const char *helper_program(void)
{
        static char path[4096];
        const char *build = getenv("CFGWATCH_BUILD");

        snprintf(path, sizeof(path), "%s/cfgwatch-publisher", build ? build : ".");
        return path;
}

static struct message message(enum message_kind kind, uint64_t generation)
{
        return (struct message){
                .domain = "datastore",
                .kind = kind,
                .state = CFGW_STATE_VALID,
                .generation = generation,
                .epoch = 0x9f,
        };
}

static void open_publisher(struct fixture *fixture, void **state, struct access access)
{
        fixture->subscriber = -1;
        fixture->beat_usec = USEC_NEVER;
        fixture->socket = testing_path(state, "events");
        fixture->directory = testing_path(state, ".");
        assert_int_equal(publisher_new(fixture->directory, helper_program(), &access, 2, now_usec(),
                                       &fixture->publisher),
                         0);
}

/* One turn of the daemon's loop, of 2 ms at most. */
static void turn(struct fixture *fixture)
{
        struct pollfd wait = {.fd = publisher_fd(fixture->publisher), .events = POLLIN};
        uint64_t now = now_usec();
        uint64_t until = MIN(publisher_deadline(fixture->publisher), now + 2 * USEC_PER_MSEC);

        poll(&wait, 1, poll_timeout(until, now));
        now = now_usec();
        publisher_dispatch(fixture->publisher, now);
        if (now >= fixture->beat_usec) {
                publisher_heartbeat(fixture->publisher, now);
                fixture->beat_usec = now + USEC_PER_SEC;
        }
}

#define TURN_UNTIL(fixture, expression)                                                            \
        do {                                                                                       \
                uint64_t until_ = testing_now() + TEST_PATIENCE_USEC;                              \
                while (!(expression)) {                                                            \
                        if (testing_now() > until_)                                                \
                                fail_msg("waited in vain for: %s", #expression);                   \
                        turn(fixture);                                                             \
                }                                                                                  \
        } while (0)

static void tell(struct fixture *fixture, enum message_kind kind, uint64_t generation)
{
        struct message said = message(kind, generation);

        publisher_tell(fixture->publisher, 0, &said, now_usec());
}

/* Takes one message that has arrived, if any has. */
static bool hear(struct fixture *fixture, struct message *ret)
{
        char line[EVENT_SIZE_MAX];
        int n = nn_recv(fixture->subscriber, line, sizeof(line), NN_DONTWAIT);

        if (n < 0)
                return false;
        assert_int_equal(message_decode(line, (size_t)n, ret), 0);
        return true;
}

/* Takes all that has arrived; true if generation @generation was among it. */
static bool hear_generation(struct fixture *fixture, uint64_t generation)
{
        struct message heard;
        bool found = false;

        while (hear(fixture, &heard))
                found |= heard.generation == generation;
        return found;
}

/* A subscriber that is certainly there: it has heard something. */
static void subscribe(struct fixture *fixture)
{
        char url[256];
        int s = nn_socket(AF_SP, NN_SUB);

        assert_true(s >= 0);
        assert_int_equal(nn_setsockopt(s, NN_SUB, NN_SUB_SUBSCRIBE, "", 0), 0);
        snprintf(url, sizeof(url), "ipc://%s", fixture->socket);
        assert_true(nn_connect(s, url) >= 0);
        fixture->subscriber = s;
        TURN_UNTIL(fixture, access(fixture->socket, F_OK) == 0);
        tell(fixture, MESSAGE_STATE, 1);
        fixture->beat_usec = 0;
        TURN_UNTIL(fixture, hear_generation(fixture, 1));
}

static void close_all(struct fixture *fixture)
{
        fixture->publisher = publisher_free(fixture->publisher);
        if (fixture->subscriber >= 0)
                nn_close(fixture->subscriber);
}

/* -------------------------------------------------------------- messages */

static void message_reaches_a_subscriber(void **state)
{
        struct fixture fixture;
        struct message heard;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        fixture.beat_usec = USEC_NEVER;
        while (hear(&fixture, &heard))
                ;
        tell(&fixture, MESSAGE_CHANGE, 43);
        TURN_UNTIL(&fixture, hear(&fixture, &heard) && heard.kind == MESSAGE_CHANGE);
        assert_string_equal(heard.domain, "datastore");
        assert_int_equal(heard.generation, 43);
        assert_int_equal(heard.epoch, 0x9f);
        assert_int_equal(heard.state, CFGW_STATE_VALID);
        close_all(&fixture);
}

static void burst_is_few_messages_and_ends_with_the_newest(void **state)
{
        struct fixture fixture;
        struct message heard = {0};
        uint64_t started, last = 0, lasted;
        size_t count = 0;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        while (hear(&fixture, &heard))
                last = heard.sequence;
        started = now_usec();
        for (uint64_t i = 2; i <= 10000; i++)
                tell(&fixture, MESSAGE_CHANGE, i);
        lasted = now_usec() - started;
        while (heard.generation < 10000) {
                if (!hear(&fixture, &heard)) {
                        turn(&fixture);
                        assert_true(now_usec() < started + TEST_PATIENCE_USEC);
                        continue;
                }
                if (last != 0)
                        assert_int_equal(heard.sequence, last + 1);
                last = heard.sequence;
                count++;
        }
        assert_true(count <= lasted / PUBLISHER_GAP_USEC + 4);
        close_all(&fixture);
}

static void heartbeat_repeats_the_last_state(void **state)
{
        struct fixture fixture;
        struct message heard = {0};

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        tell(&fixture, MESSAGE_CHANGE, 5);
        TURN_UNTIL(&fixture, hear_generation(&fixture, 5));
        fixture.beat_usec = now_usec() + 100 * USEC_PER_MSEC;
        TURN_UNTIL(&fixture, hear(&fixture, &heard) && heard.kind == MESSAGE_HEARTBEAT);
        assert_int_equal(heard.generation, 5);
        close_all(&fixture);
}

/* Receives as a subscriber of its own would: beside the daemon, not in turns with it. */
static void *await_farewell(void *argument)
{
        struct fixture *fixture = argument;
        uint64_t until = testing_now() + TEST_PATIENCE_USEC;
        struct message heard;

        while (testing_now() < until)
                if (!hear(fixture, &heard))
                        testing_nap();
                else if (heard.kind == MESSAGE_FAREWELL)
                        return heard.generation == 8 ? fixture : NULL;
        return NULL;
}

static void stop_and_expect_farewell(struct fixture *fixture)
{
        pthread_t thread;
        void *heard;

        tell(fixture, MESSAGE_CHANGE, 8); /* and its gap is not over */
        assert_int_equal(pthread_create(&thread, NULL, await_farewell, fixture), 0);
        fixture->publisher = publisher_free(fixture->publisher);
        assert_int_equal(pthread_join(thread, &heard), 0);
        assert_non_null(heard);
}

static void farewell_arrives_and_nothing_is_left_behind(void **state)
{
        struct fixture fixture;
        pid_t pid;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        pid = publisher_pid(fixture.publisher);
        stop_and_expect_farewell(&fixture);
        assert_int_equal(kill(pid, 0), -1);
        assert_int_equal(access(fixture.socket, F_OK), -1);
        close_all(&fixture);
}

static void signals_of_a_terminal_do_not_end_the_helper(void **state)
{
        struct fixture fixture;
        pid_t pid;

        open_publisher(&fixture, state, access_private());
        pid = publisher_pid(fixture.publisher);
        assert_true(pid > 0);
        /* From its first moment on: it is not yet ready here. */
        assert_int_equal(kill(pid, SIGINT), 0);
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(kill(pid, SIGHUP), 0);
        subscribe(&fixture);
        assert_int_equal(publisher_pid(fixture.publisher), pid);
        stop_and_expect_farewell(&fixture);
        close_all(&fixture);
}

/* ---------------------------------------------------------------- deaths */

static void killed_helper_comes_back_and_tells_the_state_unasked(void **state)
{
        struct fixture fixture;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        for (uint64_t i = 1; i <= 3; i++) {
                pid_t pid = publisher_pid(fixture.publisher);
                uint64_t killed;

                tell(&fixture, MESSAGE_CHANGE, 100 + i);
                TURN_UNTIL(&fixture, hear_generation(&fixture, 100 + i));
                fixture.beat_usec = USEC_NEVER; /* not by a heartbeat */
                kill(pid, SIGKILL);
                killed = now_usec();
                TURN_UNTIL(&fixture, publisher_pid(fixture.publisher) != pid);
                TURN_UNTIL(&fixture, hear_generation(&fixture, 100 + i));
                assert_true(now_usec() - killed < BACK_USEC);
                assert_int_equal(publisher_restarts(fixture.publisher), i);
        }
        close_all(&fixture);
}

/* In step with the heartbeat, which then never finds both the helper and the subscriber. */
static void helper_killed_once_a_second_stays_as_quick(void **state)
{
        struct fixture fixture;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        for (uint64_t i = 1; i <= 6; i++) {
                pid_t pid = publisher_pid(fixture.publisher);
                uint64_t begun = now_usec();

                kill(pid, SIGKILL);
                fixture.beat_usec = begun;
                tell(&fixture, MESSAGE_CHANGE, 200 + i);
                TURN_UNTIL(&fixture, publisher_pid(fixture.publisher) > 0 &&
                                             publisher_pid(fixture.publisher) != pid);
                assert_true(now_usec() - begun < QUICK_USEC);
                TURN_UNTIL(&fixture, hear_generation(&fixture, 200 + i));
                assert_true(now_usec() - begun < BACK_USEC);
                TURN_UNTIL(&fixture, now_usec() - begun >= USEC_PER_SEC);
        }
        close_all(&fixture);
}

static void stopped_helper_is_replaced_and_never_blocks_the_daemon(void **state)
{
        struct fixture fixture;
        uint64_t slowest = 0;
        pid_t pid;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        pid = publisher_pid(fixture.publisher);
        kill(pid, SIGSTOP);
        for (uint64_t i = 2; publisher_pid(fixture.publisher) == pid; i++) {
                uint64_t began = now_usec();

                assert_true(i < 20000);
                tell(&fixture, MESSAGE_CHANGE, i);
                slowest = MAX(slowest, now_usec() - began);
                turn(&fixture);
        }
        assert_true(slowest < 200 * USEC_PER_MSEC);
        tell(&fixture, MESSAGE_CHANGE, 50000);
        TURN_UNTIL(&fixture, hear_generation(&fixture, 50000));
        close_all(&fixture);
}

/* With a heartbeat alone it takes minutes until its queue is full. */
static void stopped_helper_is_noticed_before_its_queue_is_full(void **state)
{
        struct fixture fixture;
        uint64_t stopped;
        pid_t pid;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        pid = publisher_pid(fixture.publisher);
        kill(pid, SIGSTOP);
        stopped = now_usec();
        TURN_UNTIL(&fixture, publisher_pid(fixture.publisher) != pid);
        assert_true(now_usec() - stopped < 6 * USEC_PER_SEC);
        close_all(&fixture);
}

static void stopped_helper_does_not_hold_up_the_end(void **state)
{
        struct fixture fixture;
        uint64_t began;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        kill(publisher_pid(fixture.publisher), SIGSTOP);
        began = now_usec();
        fixture.publisher = publisher_free(fixture.publisher);
        assert_true(now_usec() - began < USEC_PER_SEC);
        close_all(&fixture);
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
                struct fixture fixture;

                open_publisher(&fixture, state, access_private());
                TURN_UNTIL(&fixture, access(fixture.socket, F_OK) == 0);
                helper = publisher_pid(fixture.publisher);
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

/* ----------------------------------------------------------------- peers */

static int connect_raw(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        strcpy(address.sun_path, path);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        return fd;
}

static void send_raw(int fd, const void *data, size_t size)
{
        assert_int_equal(send(fd, data, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* What nanomsg aborts for: a message that is sent to a PUB socket. */
static void message_to_the_socket_costs_the_helper_and_nothing_else(void **state)
{
        static const char handshake[8] = {0, 'S', 'P', 0, 0, 0x21, 0, 0};
        static const char packet[] = "\1\0\0\0\0\0\0\0\3abc";
        struct fixture fixture;
        char answer[8];
        pid_t pid;
        int fd;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        pid = publisher_pid(fixture.publisher);
        fd = connect_raw(fixture.socket);
        send_raw(fd, handshake, sizeof(handshake));
        assert_int_equal(recv(fd, answer, sizeof(answer), MSG_WAITALL), sizeof(answer));
        send_raw(fd, packet, sizeof(packet) - 1);
        TURN_UNTIL(&fixture, publisher_pid(fixture.publisher) != pid);
        tell(&fixture, MESSAGE_CHANGE, 77);
        TURN_UNTIL(&fixture, hear_generation(&fixture, 77));
        close(fd);
        close_all(&fixture);
}

static void idle_and_broken_peers_do_not_keep_messages_from_others(void **state)
{
        static const char garbage[] = "GET / HTTP/1.0\r\n\r\n";
        struct fixture fixture;
        int idle[200], garbled, half;

        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                idle[i] = connect_raw(fixture.socket);
        garbled = connect_raw(fixture.socket);
        send_raw(garbled, garbage, sizeof(garbage) - 1);
        half = connect_raw(fixture.socket);
        send_raw(half, "\0SP", 3);
        tell(&fixture, MESSAGE_CHANGE, 66);
        TURN_UNTIL(&fixture, hear_generation(&fixture, 66));
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                close(idle[i]);
        close(garbled);
        close(half);
        tell(&fixture, MESSAGE_CHANGE, 67);
        TURN_UNTIL(&fixture, hear_generation(&fixture, 67));
        close_all(&fixture);
}

/* ----------------------------------------------------------------- files */

static void expect_mode(void **state, mode_t access_mode, mode_t expected)
{
        struct access access = access_private();
        uint64_t until = now_usec() + TEST_PATIENCE_USEC;
        struct fixture fixture;
        struct stat stat = {0};

        access.mode = access_mode;
        open_publisher(&fixture, state, access);
        /* Looks all the time: it must not be wider for a moment either. */
        while ((stat.st_mode & 0777) != expected) {
                if (lstat(fixture.socket, &stat) == 0)
                        assert_int_equal(stat.st_mode & 0777 & ~expected, 0);
                assert_true(now_usec() < until);
        }
        subscribe(&fixture);
        assert_int_equal(lstat(fixture.socket, &stat), 0);
        assert_int_equal(stat.st_mode & 0777, expected);
        assert_int_equal(stat.st_gid, access.gid);
        close_all(&fixture);
}

static void socket_lets_in_nobody_but_who_may_read_the_source(void **state)
{
        expect_mode(state, 0600, 0600);
        expect_mode(state, 0640, 0660);
        expect_mode(state, 0644, 0666);
}

static void socket_follows_a_new_mode(void **state)
{
        struct access access = access_private();
        struct fixture fixture;
        struct stat stat = {0};

        open_publisher(&fixture, state, access);
        subscribe(&fixture);
        tell(&fixture, MESSAGE_CHANGE, 4);
        TURN_UNTIL(&fixture, hear_generation(&fixture, 4));
        access.mode = 0640;
        assert_int_equal(publisher_set_access(fixture.publisher, access, now_usec()), 0);
        TURN_UNTIL(&fixture, lstat(fixture.socket, &stat) == 0 && (stat.st_mode & 0777) == 0660);
        TURN_UNTIL(&fixture, hear_generation(&fixture, 4)); /* the same subscriber */
        close_all(&fixture);
}

static void what_is_in_the_way_stays_and_costs_no_busy_loop(void **state)
{
        struct fixture fixture;
        const char *path = testing_path(state, "events");
        uint64_t until = now_usec() + USEC_PER_SEC;

        testing_write_file(path, "not a socket\n");
        open_publisher(&fixture, state, access_private());
        TURN_UNTIL(&fixture, now_usec() >= until);
        tell(&fixture, MESSAGE_CHANGE, 3);
        assert_true(publisher_restarts(fixture.publisher) >= 2);
        assert_true(publisher_restarts(fixture.publisher) <= 8);
        assert_string_equal(testing_read_file(state, path), "not a socket\n");
        assert_int_equal(unlink(path), 0);
        subscribe(&fixture); /* it comes up as soon as it can */
        close_all(&fixture);
}

static void directory_in_the_way_stays(void **state)
{
        struct fixture fixture;
        const char *path = testing_path(state, "events");
        struct stat stat;

        assert_int_equal(mkdir(path, 0700), 0);
        open_publisher(&fixture, state, access_private());
        TURN_UNTIL(&fixture, publisher_restarts(fixture.publisher) >= 2);
        close_all(&fixture);
        assert_int_equal(lstat(path, &stat), 0);
        assert_true(S_ISDIR(stat.st_mode));
}

static void stale_socket_is_replaced(void **state)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct fixture fixture;

        strcpy(address.sun_path, testing_path(state, "events"));
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        close(fd);
        open_publisher(&fixture, state, access_private());
        subscribe(&fixture);
        close_all(&fixture);
}

static void missing_program_is_not_an_error_of_the_daemon(void **state)
{
        struct access access = access_private();
        struct fixture fixture = {.subscriber = -1, .beat_usec = USEC_NEVER};
        uint64_t until = now_usec() + 200 * USEC_PER_MSEC;

        assert_int_equal(publisher_new(testing_path(state, "."), testing_path(state, "nowhere"),
                                       &access, 2, now_usec(), &fixture.publisher),
                         0);
        TURN_UNTIL(&fixture, now_usec() >= until);
        tell(&fixture, MESSAGE_CHANGE, 3);
        TURN_UNTIL(&fixture, publisher_pid(fixture.publisher) == 0);
        assert_true(publisher_deadline(fixture.publisher) > now_usec());
        close_all(&fixture);
}

static void path_too_long_for_a_socket_is_refused(void **state)
{
        struct access access = access_private();
        struct publisher *publisher = NULL;
        char directory[EVENT_PATH_MAX + 1];

        memset(directory, 'x', sizeof(directory));
        directory[0] = '/';
        directory[sizeof(directory) - sizeof("/events") + 1] = '\0';
        assert_int_equal(
                publisher_new(directory, helper_program(), &access, 1, now_usec(), &publisher),
                -ENAMETOOLONG);
        assert_null(publisher);
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
                TEST(message_to_the_socket_costs_the_helper_and_nothing_else),
                TEST(idle_and_broken_peers_do_not_keep_messages_from_others),
                TEST(socket_lets_in_nobody_but_who_may_read_the_source),
                TEST(socket_follows_a_new_mode),
                TEST(what_is_in_the_way_stays_and_costs_no_busy_loop),
                TEST(directory_in_the_way_stays),
                TEST(stale_socket_is_replaced),
                TEST(missing_program_is_not_an_error_of_the_daemon),
                TEST(path_too_long_for_a_socket_is_refused),
        };

        return TESTING_RUN(tests);
}
