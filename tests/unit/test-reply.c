/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "reply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

static void open_pair(int ret[2])
{
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret), 0);
}

/* A reply of @text, and of @content in a file, of which it shall be @size bytes. */
static struct reply make(void **state, const char *text, const char *content, size_t size)
{
        struct reply reply = reply_of_text(strdup(text));

        testing_write_file(testing_path(state, "content"), content);
        reply.file = open(testing_path(state, "content"), O_RDONLY | O_CLOEXEC);
        assert_true(reply.text && reply.file >= 0);
        reply.file_size = size;
        return reply;
}

/* What came at once. */
static const char *hear(int fd)
{
        static char text[256];
        ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

        text[n > 0 ? n : 0] = '\0';
        return text;
}

static void what_is_small_goes_at_once(void **state)
{
        struct reply reply = make(state, "ok\n", "what was", 8);
        int fds[2];

        open_pair(fds);
        assert_int_equal(reply_send(&reply, fds[0]), 0);
        assert_int_equal(reply.taken, 11);
        assert_string_equal(hear(fds[1]), "ok\nwhat was");
        reply_clear(&reply);
        assert_int_equal(reply.file, -1);
        reply = reply_of_text(strdup("ok\n"));
        assert_int_equal(reply_send(&reply, fds[0]), 0);
        assert_string_equal(hear(fds[1]), "ok\n");
        reply_clear(&reply);
        close(fds[0]);
        close(fds[1]);
}

static void nothing_is_an_answer_as_well(void **state)
{
        struct reply none = reply_of_text(NULL), empty = make(state, "", "", 0);
        int fds[2];

        open_pair(fds);
        assert_int_equal(reply_send(&none, fds[0]), 0);
        assert_int_equal(reply_send(&empty, fds[0]), 0);
        assert_string_equal(hear(fds[1]), "");
        reply_clear(&none);
        reply_clear(&empty);
        close(fds[0]);
        close(fds[1]);
}

/* It has grown since its size was told. */
static void no_more_of_the_file_goes_than_its_size(void **state)
{
        struct reply reply = make(state, "ok\n", "what was and is", 8);
        int fds[2];

        open_pair(fds);
        assert_int_equal(reply_send(&reply, fds[0]), 0);
        assert_string_equal(hear(fds[1]), "ok\nwhat was");
        reply_clear(&reply);
        close(fds[0]);
        close(fds[1]);
}

static void a_file_that_is_too_short_is_an_error_behind_the_text(void **state)
{
        struct reply reply = make(state, "ok\n", "", 8);
        int fds[2];

        open_pair(fds);
        assert_int_equal(reply_send(&reply, fds[0]), -EAGAIN);
        assert_string_equal(hear(fds[1]), "ok\n");
        assert_int_equal(reply_send(&reply, fds[0]), -EIO);
        assert_int_equal(reply.taken, 3);
        reply_clear(&reply);
        close(fds[0]);
        close(fds[1]);
}

/* Takes all of @reply at the other end, and compares it with @expected. */
static void expect_pieces(struct reply *reply, const char *expected, size_t size)
{
        static char piece[REPLY_PIECE_MAX + 1];
        size_t at = 0;
        int fds[2], r;

        open_pair(fds);
        do {
                ssize_t n;

                r = reply_send(reply, fds[0]);
                n = recv(fds[1], piece, sizeof(piece), MSG_DONTWAIT);
                assert_true(n > 0 && (size_t)n <= REPLY_PIECE_MAX && (size_t)n <= size - at);
                assert_memory_equal(piece, expected + at, (size_t)n);
                at += (size_t)n;
        } while (r == -EAGAIN);
        assert_int_equal(r, 0);
        assert_int_equal(at, size);
        close(fds[0]);
        close(fds[1]);
}

/* The text ends before, at and behind the end of a piece. */
static void text_and_file_meet_anywhere(void **state)
{
        const size_t total = 3 * REPLY_PIECE_MAX + 5;
        char *bytes = malloc(total + 1);

        assert_non_null(bytes);
        for (size_t i = 0; i < total; i++)
                bytes[i] = (char)('a' + i % 23);
        bytes[total] = '\0';
        for (int shift = -1; shift <= 1; shift++) {
                size_t cut = REPLY_PIECE_MAX + (size_t)shift;
                _cleanup_free_ char *text = strndup(bytes, cut);
                struct reply reply = make(state, text, bytes + cut, total - cut);

                expect_pieces(&reply, bytes, total);
                reply_clear(&reply);
        }
        free(bytes);
}

static void who_has_no_room_is_waited_for(void **state)
{
        size_t size = (size_t)1 << 20;
        char *text = malloc(size + 1);
        struct reply reply;
        uint64_t taken = 0;
        int fds[2];

        assert_non_null(text);
        memset(text, 'x', size);
        text[size] = '\0';
        open_pair(fds);
        reply = reply_of_text(text);
        do {
                taken = reply.taken;
                assert_int_equal(reply_send(&reply, fds[0]), -EAGAIN);
        } while (reply.taken > taken);
        assert_true(taken > 0 && taken < size);
        close(fds[1]);
        assert_true(reply_send(&reply, fds[0]) == -EPIPE);
        reply_clear(&reply);
        close(fds[0]);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(what_is_small_goes_at_once),
                TEST(nothing_is_an_answer_as_well),
                TEST(no_more_of_the_file_goes_than_its_size),
                TEST(a_file_that_is_too_short_is_an_error_behind_the_text),
                TEST(text_and_file_meet_anywhere),
                TEST(who_has_no_room_is_waited_for),
        };

        return TESTING_RUN(tests);
}
