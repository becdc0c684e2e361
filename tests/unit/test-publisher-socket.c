/* SPDX-License-Identifier: MIT */
/* The socket of the events: who may reach it, what they may do to it, and what is in its way. */
#include "publishing.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* ----------------------------------------------------------------- peers */

#define CROWD 50

/* Of a subscriber. */
static const char handshake[8] = {0, 'S', 'P', 0, 0, 0x21, 0, 0};

/* With SOCK_NONBLOCK as @flags -1: nobody accepts it, and as many wait for that as may. */
static int try_connect(const char *path, int flags)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

        assert_true(fd >= 0);
        strcpy(address.sun_path, path);
        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
                return fd;
        close(fd);
        return -1;
}

static int connect_raw(const char *path)
{
        int fd = try_connect(path, 0);

        assert_true(fd >= 0);
        return fd;
}

static void send_raw(int fd, const void *data, size_t size)
{
        assert_int_equal(send(fd, data, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* What nanomsg aborts for: a message that is sent to a PUB socket. */
static void message_to_the_socket_costs_the_helper_and_nothing_else(void **state)
{
        static const char packet[] = "\1\0\0\0\0\0\0\0\3abc";
        struct publishing publishing;
        char answer[8];
        pid_t pid;
        int fd;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        pid = publisher_pid(publishing.publisher);
        fd = connect_raw(publishing.socket);
        send_raw(fd, handshake, sizeof(handshake));
        assert_int_equal(recv(fd, answer, sizeof(answer), MSG_WAITALL), sizeof(answer));
        send_raw(fd, packet, sizeof(packet) - 1);
        PUBLISHING_UNTIL(&publishing, publisher_pid(publishing.publisher) != pid);
        publishing_tell(&publishing, MESSAGE_CHANGE, 77);
        PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 77));
        close(fd);
        publishing_close(&publishing);
}

static void idle_and_broken_peers_do_not_keep_messages_from_others(void **state)
{
        static const char garbage[] = "GET / HTTP/1.0\r\n\r\n";
        struct publishing publishing;
        int idle[200], garbled, half;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                idle[i] = connect_raw(publishing.socket);
        garbled = connect_raw(publishing.socket);
        send_raw(garbled, garbage, sizeof(garbage) - 1);
        half = connect_raw(publishing.socket);
        send_raw(half, "\0SP", 3);
        publishing_tell(&publishing, MESSAGE_CHANGE, 66);
        PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 66));
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                close(idle[i]);
        close(garbled);
        close(half);
        publishing_tell(&publishing, MESSAGE_CHANGE, 67);
        PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 67));
        publishing_close(&publishing);
}

/* ----------------------------------------------------------------- files */

static void expect_mode(void **state, mode_t access_mode, mode_t expected)
{
        struct access access = access_private();
        uint64_t until = now_usec() + TEST_PATIENCE_USEC;
        struct publishing publishing;
        struct stat stat = {0};

        access.mode = access_mode;
        publishing_open(&publishing, state, access);
        /* Looks all the time: it must not be wider for a moment either. */
        while ((stat.st_mode & 0777) != expected) {
                if (lstat(publishing.socket, &stat) == 0)
                        assert_int_equal(stat.st_mode & 0777 & ~expected, 0);
                assert_true(now_usec() < until);
        }
        publishing_subscribe(&publishing);
        assert_int_equal(lstat(publishing.socket, &stat), 0);
        assert_int_equal(stat.st_mode & 0777, expected);
        assert_int_equal(stat.st_gid, access.gid);
        publishing_close(&publishing);
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
        struct publishing publishing;
        struct stat stat = {0};

        publishing_open(&publishing, state, access);
        publishing_subscribe(&publishing);
        publishing_tell(&publishing, MESSAGE_CHANGE, 4);
        PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 4));
        access.mode = 0640;
        assert_int_equal(publisher_set_access(publishing.publisher, access, true, now_usec()), 0);
        PUBLISHING_UNTIL(&publishing,
                         lstat(publishing.socket, &stat) == 0 && (stat.st_mode & 0777) == 0660);
        PUBLISHING_UNTIL(&publishing,
                         publishing_hear_generation(&publishing, 4)); /* the same subscriber */
        publishing_close(&publishing);
}

static void what_is_in_the_way_stays_and_costs_no_busy_loop(void **state)
{
        struct publishing publishing;
        const char *path = testing_path(state, "events");
        uint64_t until = now_usec() + USEC_PER_SEC;

        testing_write_file(path, "not a socket\n");
        publishing_open(&publishing, state, access_private());
        PUBLISHING_UNTIL(&publishing, now_usec() >= until);
        publishing_tell(&publishing, MESSAGE_CHANGE, 3);
        assert_true(publisher_restarts(publishing.publisher) >= 2);
        assert_true(publisher_restarts(publishing.publisher) <= 8);
        assert_string_equal(testing_read_file(state, path), "not a socket\n");
        assert_int_equal(unlink(path), 0);
        publishing_subscribe(&publishing); /* it comes up as soon as it can */
        publishing_close(&publishing);
}

static void directory_in_the_way_stays(void **state)
{
        struct publishing publishing;
        const char *path = testing_path(state, "events");
        struct stat stat;

        assert_int_equal(mkdir(path, 0700), 0);
        publishing_open(&publishing, state, access_private());
        PUBLISHING_UNTIL(&publishing, publisher_restarts(publishing.publisher) >= 2);
        publishing_close(&publishing);
        assert_int_equal(lstat(path, &stat), 0);
        assert_true(S_ISDIR(stat.st_mode));
}

static void stale_socket_is_replaced(void **state)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct publishing publishing;

        strcpy(address.sun_path, testing_path(state, "events"));
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        close(fd);
        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        publishing_close(&publishing);
}

/* One more subscriber, if there is room; true: those are all that there should be. */
static bool join(const char *path, int fds[CROWD], size_t *count)
{
        int fd = *count < CROWD ? try_connect(path, SOCK_NONBLOCK) : -1;

        if (fd >= 0) {
                send_raw(fd, handshake, sizeof(handshake));
                fds[(*count)++] = fd;
        }
        return *count == CROWD;
}

/* More of them than the helper has descriptors for: a new one has room, and nobody spins. */
static void crowd_of_subscribers_is_sent_away(void **state)
{
        struct rlimit few = {.rlim_cur = 40, .rlim_max = 40};
        struct publishing publishing;
        int fds[CROWD];
        size_t count = 0;

        publishing_open(&publishing, state, access_private());
        publishing_subscribe(&publishing);
        assert_int_equal(prlimit(publisher_pid(publishing.publisher), RLIMIT_NOFILE, &few, NULL),
                         0);
        PUBLISHING_UNTIL(&publishing, join(publishing.socket, fds, &count) ||
                                              publisher_restarts(publishing.publisher) > 0);
        PUBLISHING_UNTIL(&publishing, publisher_restarts(publishing.publisher) > 0);
        publishing_tell(&publishing, MESSAGE_CHANGE, 7);
        PUBLISHING_UNTIL(&publishing, publishing_hear_generation(&publishing, 7));
        while (count > 0)
                close(fds[--count]);
        publishing_close(&publishing);
}

static void missing_program_is_not_an_error_of_the_daemon(void **state)
{
        struct access access = access_private();
        struct publishing publishing = {.subscriber = -1, .beat_usec = USEC_NEVER};
        uint64_t until = now_usec() + 200 * USEC_PER_MSEC;

        assert_int_equal(publisher_new(testing_path(state, "."), testing_path(state, "nowhere"),
                                       &access, 2, now_usec(), &publishing.publisher),
                         0);
        PUBLISHING_UNTIL(&publishing, now_usec() >= until);
        publishing_tell(&publishing, MESSAGE_CHANGE, 3);
        PUBLISHING_UNTIL(&publishing, publisher_pid(publishing.publisher) == 0);
        assert_true(publisher_deadline(publishing.publisher) > now_usec());
        publishing_close(&publishing);
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
                publisher_new(directory, publishing_program(), &access, 1, now_usec(), &publisher),
                -ENAMETOOLONG);
        assert_null(publisher);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(message_to_the_socket_costs_the_helper_and_nothing_else),
                TEST(idle_and_broken_peers_do_not_keep_messages_from_others),
                TEST(socket_lets_in_nobody_but_who_may_read_the_source),
                TEST(socket_follows_a_new_mode),
                TEST(what_is_in_the_way_stays_and_costs_no_busy_loop),
                TEST(directory_in_the_way_stays),
                TEST(stale_socket_is_replaced),
                TEST(crowd_of_subscribers_is_sent_away),
                TEST(missing_program_is_not_an_error_of_the_daemon),
                TEST(path_too_long_for_a_socket_is_refused),
        };

        return TESTING_RUN(tests);
}
