/* SPDX-License-Identifier: MIT */
#include "controlling.h"
#include "testing.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* -------------------------------------------------------------- requests */

static void sync_is_answered_when_the_daemon_knows(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fd = dial(&fixture);
        say(fd, "sync datastore\n");
        TURN_UNTIL(&fixture, fixture.asked == 1);
        assert_string_equal(fixture.domain, "datastore");
        for (int i = 0; i < 5; i++)
                turn(&fixture);
        assert_false(has_ended(fd));
        control_reply_sync(fixture.control, "other", 0, 42);
        assert_false(has_ended(fd));
        control_reply_sync(fixture.control, "datastore", 0, 43);
        assert_string_equal(hear(&fixture, fd), "ok 43\n");
        close(fd);
        control_free(fixture.control);
}

static void sync_may_be_answered_inside_the_handler(void **state)
{
        struct fixture fixture;

        open_control(&fixture, state, access_private());
        fixture.answer_at_once = true;
        expect_answer(&fixture, "sync datastore\n", "ok 5\n");
        control_free(fixture.control);
}

static void errors_of_a_sync_are_told_by_name(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fixture.sync_result = -ENOENT;
        expect_answer(&fixture, "sync nowhere\n", "error ENOENT no such domain\n");
        fixture.sync_result = 0;
        fd = dial(&fixture);
        say(fd, "sync datastore\n");
        TURN_UNTIL(&fixture, fixture.asked == 2);
        control_reply_sync(fixture.control, "datastore", -ENODATA, 0);
        assert_string_equal(hear(&fixture, fd), "error ENODATA its file could never be used\n");
        close(fd);
        control_free(fixture.control);
}

static void names_that_are_none_never_reach_the_daemon(void **state)
{
        struct fixture fixture;

        open_control(&fixture, state, access_private());
        expect_answer(&fixture, "sync ../../etc\n", "error ENOENT no such domain\n");
        expect_answer(&fixture, "sync \n", "error ENOENT no such domain\n");
        expect_answer(&fixture, "sync a b\n", "error ENOENT no such domain\n");
        assert_int_equal(fixture.asked, 0);
        control_free(fixture.control);
}

static void status_is_the_report_up_to_the_end(void **state)
{
        struct fixture fixture;

        open_control(&fixture, state, access_private());
        expect_answer(&fixture, "status\n", "ok\nxx\n");
        control_free(fixture.control);
}

static void request_may_come_byte_by_byte(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fixture.answer_at_once = true;
        fd = dial(&fixture);
        for (const char *c = "sync datastore\n"; *c; c++) {
                assert_int_equal(send(fd, c, 1, MSG_NOSIGNAL), 1);
                turn(&fixture);
        }
        assert_string_equal(hear(&fixture, fd), "ok 5\n");
        close(fd);
        control_free(fixture.control);
}

static void client_may_close_his_sending_side(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fd = dial(&fixture);
        say(fd, "sync datastore\n");
        shutdown(fd, SHUT_WR);
        TURN_UNTIL(&fixture, fixture.asked == 1);
        turn(&fixture);
        control_reply_sync(fixture.control, "datastore", 0, 9);
        assert_string_equal(hear(&fixture, fd), "ok 9\n");
        close(fd);
        control_free(fixture.control);
}

/* --------------------------------------------------------------- history */

static void history_is_a_report_of_what_was(void **state)
{
        struct fixture fixture;

        open_control(&fixture, state, access_private());
        expect_answer(&fixture, "history datastore 5\n", "ok\n{5}\n");
        assert_string_equal(fixture.domain, "datastore");
        expect_answer(&fixture, "history datastore 18446744073709551615\n", "ok\n{1001}\n");
        expect_answer(&fixture, "history datastore\n", "error EBADMSG not a request\n");
        expect_answer(&fixture, "history ../etc 5\n", "error ENOENT no such domain\n");
        fixture.content_result = -ENOENT;
        expect_answer(&fixture, "history nowhere 5\n", "error ENOENT no such domain\n");
        control_free(fixture.control);
}

static char letter_at(size_t i)
{
        return (char)('a' + i % 23 + i / 65536 % 3);
}

#define LARGE ((size_t)1000003) /* bytes: more than any socket holds, and odd */

/* Of letters that tell their place. */
static void make_content(struct fixture *fixture, void **state, size_t size)
{
        char *text = malloc(size + 1);

        assert_non_null(text);
        for (size_t i = 0; i < size; i++)
                text[i] = letter_at(i);
        text[size] = '\0';
        fixture->content = testing_path(state, "content");
        testing_write_file(fixture->content, text);
        free(text);
}

static int ask_for_content(struct fixture *fixture)
{
        int fd = dial(fixture);

        say(fd, "content datastore 43\n");
        fixture->number = 0;
        TURN_UNTIL(fixture, fixture->number == 43);
        return fd;
}

/* What has come by now of the answer, of which @total were taken: it must be the right one. */
static size_t take_piece(int fd, size_t *total)
{
        static const char line[] = "ok here it is\n";
        static char piece[4 * REPLY_PIECE_MAX];
        ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);

        for (ssize_t i = 0; i < n; i++, ++*total)
                if (piece[i] !=
                    (*total < strlen(line) ? line[*total] : letter_at(*total - strlen(line))))
                        fail_msg("byte %zu is another one", *total);
        return n > 0 ? (size_t)n : 0;
}

static void content_comes_behind_the_answers_line(void **state)
{
        struct fixture fixture;

        open_control(&fixture, state, access_private());
        fixture.content = testing_path(state, "content");
        testing_write_file(fixture.content, "what was");
        expect_answer(&fixture, "content datastore 43\n", "ok here it is\nwhat was");
        assert_string_equal(fixture.domain, "datastore");
        assert_int_equal(fixture.number, 43);
        assert_int_equal(fixture.peer, peer_uid);
        testing_write_file(fixture.content, "");
        expect_answer(&fixture, "content datastore 43\n", "ok here it is\n");
        control_free(fixture.control);
}

static void content_that_is_refused_comes_without_a_byte(void **state)
{
        struct fixture fixture;

        open_control(&fixture, state, access_private());
        fixture.content_result = -EACCES;
        expect_answer(&fixture, "content datastore 43\n", "error EACCES Permission denied\n");
        fixture.content_result = -EBADMSG;
        expect_answer(&fixture, "content datastore 43\n",
                      "error EBADMSG that generation is damaged\n");
        expect_answer(&fixture, "content datastore\n", "error EBADMSG not a request\n");
        control_free(fixture.control);
}

/* The teardown finds a descriptor that the daemon kept. */
static void content_for_those_who_leave_is_closed(void **state)
{
        struct fixture fixture;
        int fds[20];

        open_control(&fixture, state, access_private());
        make_content(&fixture, state, LARGE);
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                fds[i] = dial(&fixture);
                say(fds[i], "content datastore 43\n");
                if (i % 2 == 0)
                        close(fds[i]); /* before it is heard */
        }
        for (size_t i = 0; i < 5; i++)
                turn(&fixture);
        for (size_t i = 1; i < ELEMENTS(fds); i += 2)
                close(fds[i]); /* in the middle */
        TURN_UNTIL(&fixture, control_deadline(fixture.control) == USEC_NEVER);
        control_free(fixture.control);
}

/* One piece a turn, however fast it is taken: others are served meanwhile. */
static void large_content_comes_whole_piece_by_piece(void **state)
{
        struct fixture fixture;
        size_t expected = LARGE + strlen("ok here it is\n"), total = 0;
        int fd;

        open_control(&fixture, state, access_private());
        make_content(&fixture, state, LARGE);
        fixture.answer_at_once = true;
        fd = ask_for_content(&fixture);
        while (total < expected / 2) {
                assert_true(take_piece(fd, &total) <= REPLY_PIECE_MAX);
                turn(&fixture);
        }
        expect_answer(&fixture, "sync datastore\n", "ok 5\n");
        while (total < expected) {
                take_piece(fd, &total);
                turn(&fixture);
        }
        assert_true(has_ended(fd));
        assert_int_equal(control_deadline(fixture.control), USEC_NEVER);
        close(fd);
        control_free(fixture.control);
}

/* Half of what there was is gone: there is no end but the one of the stream. */
static void content_that_shrinks_ends_early(void **state)
{
        struct fixture fixture;
        size_t total = 0;
        int fd;

        open_control(&fixture, state, access_private());
        make_content(&fixture, state, LARGE);
        fd = ask_for_content(&fixture);
        assert_int_equal(truncate(fixture.content, LARGE / 2), 0);
        while (!has_ended(fd)) {
                take_piece(fd, &total);
                turn(&fixture);
        }
        assert_int_equal(total, LARGE / 2 + strlen("ok here it is\n"));
        close(fd);
        control_free(fixture.control);
}

/* --------------------------------------------------------------- garbage */

static void garbage_gets_an_error_and_the_end(void **state)
{
        static const char refused[] = "error EBADMSG not a request\n";
        struct fixture fixture;
        char endless[CONTROL_REQUEST_MAX + 100];
        int fd;

        open_control(&fixture, state, access_private());
        expect_answer(&fixture, "\n", refused);
        expect_answer(&fixture, "GET / HTTP/1.0\r\n\r\n", refused);
        expect_answer(&fixture, "sync\n", refused);
        expect_answer(&fixture, "STATUS\n", refused);
        expect_answer(&fixture, "status\nstatus\n", refused);
        memset(endless, 's', sizeof(endless));
        endless[sizeof(endless) - 1] = '\0';
        expect_answer(&fixture, endless, refused);
        fd = dial(&fixture);
        assert_int_equal(send(fd, "sync a\0b\n", 9, MSG_NOSIGNAL), 9);
        assert_string_equal(hear(&fixture, fd), refused);
        close(fd);
        fd = dial(&fixture);
        say(fd, "status"); /* and no line end */
        shutdown(fd, SHUT_WR);
        assert_string_equal(hear(&fixture, fd), refused);
        close(fd);
        assert_int_equal(fixture.asked, 0);
        control_free(fixture.control);
}

static void slow_sender_loses_his_connection(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fd = dial(&fixture);
        say(fd, "sync");
        turn(&fixture);
        assert_int_equal(control_deadline(fixture.control), START + CONTROL_REQUEST_USEC);
        fixture.now = START + CONTROL_REQUEST_USEC - 1;
        turn(&fixture);
        assert_false(has_ended(fd));
        fixture.now++;
        assert_string_equal(hear(&fixture, fd), "error ETIMEDOUT took too long\n");
        assert_int_equal(control_deadline(fixture.control), USEC_NEVER);
        close(fd);
        control_free(fixture.control);
}

static void sync_without_an_answer_ends_in_time(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fd = dial(&fixture);
        say(fd, "sync datastore\n");
        TURN_UNTIL(&fixture, fixture.asked == 1);
        assert_int_equal(control_deadline(fixture.control), START + CONTROL_REPLY_USEC);
        fixture.now = START + CONTROL_REPLY_USEC;
        assert_string_equal(hear(&fixture, fd), "error ETIMEDOUT took too long\n");
        control_reply_sync(fixture.control, "datastore", 0, 1); /* finds nobody */
        close(fd);
        control_free(fixture.control);
}

static void vanished_client_is_forgotten(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fd = dial(&fixture);
        say(fd, "sync datastore\n");
        TURN_UNTIL(&fixture, fixture.asked == 1);
        close(fd);
        TURN_UNTIL(&fixture, control_deadline(fixture.control) == USEC_NEVER);
        fd = dial(&fixture);
        say(fd, "sync other\n");
        TURN_UNTIL(&fixture, fixture.asked == 2);
        control_reply_sync(fixture.control, "datastore", 0, 1);
        control_reply_sync(fixture.control, "other", 0, 2);
        assert_string_equal(hear(&fixture, fd), "ok 2\n");
        close(fd);
        control_free(fixture.control);
}

/* -------------------------------------------------------------- answers */

static void big_report_reaches_a_slow_reader_whole(void **state)
{
        struct fixture fixture;
        char piece[4096];
        size_t total = 0;
        ssize_t n;
        int fd;

        open_control(&fixture, state, access_private());
        fixture.status_size = (size_t)4 << 20;
        fd = dial(&fixture);
        say(fd, "status\n");
        for (int i = 0; i < 20; i++)
                turn(&fixture);
        /* It does not fit: the rest waits, and others are served meanwhile. */
        fixture.answer_at_once = true;
        expect_answer(&fixture, "sync datastore\n", "ok 5\n");
        while ((n = recv(fd, piece, sizeof(piece), 0)) > 0) {
                total += (size_t)n;
                control_dispatch(fixture.control, fixture.now);
        }
        assert_int_equal(n, 0);
        assert_int_equal(total, fixture.status_size + REPORT_FRAME);
        close(fd);
        control_free(fixture.control);
}

static void reader_who_never_takes_the_answer_is_dropped_in_time(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fixture.status_size = (size_t)4 << 20;
        fd = dial(&fixture);
        say(fd, "status\n");
        TURN_UNTIL(&fixture, control_deadline(fixture.control) == START + CONTROL_REPLY_USEC);
        fixture.now = START + CONTROL_REPLY_USEC;
        TURN_UNTIL(&fixture, control_deadline(fixture.control) == USEC_NEVER);
        close(fd);
        control_free(fixture.control);
}

/* Each byte that he takes gives him time anew, and none does without one. */
static void reader_who_stops_in_the_middle_is_dropped_in_time(void **state)
{
        struct fixture fixture;
        size_t total = 0;
        int fd;

        open_control(&fixture, state, access_private());
        make_content(&fixture, state, LARGE);
        fd = ask_for_content(&fixture);
        for (size_t i = 0; i < 5; i++)
                turn(&fixture);
        for (size_t i = 0; i < 2; i++) {
                fixture.now += CONTROL_REPLY_USEC - 1;
                assert_true(take_piece(fd, &total) > 0);
                turn(&fixture);
                assert_int_equal(control_deadline(fixture.control),
                                 fixture.now + CONTROL_REPLY_USEC);
        }
        fixture.now += CONTROL_REPLY_USEC - 1;
        for (size_t i = 0; i < 5; i++)
                turn(&fixture); /* fills his socket to the brim, at the old time */
        fixture.now = control_deadline(fixture.control);
        assert_int_equal(recv(fd, (char[]){0}, 1, 0), 1);
        turn(&fixture);
        assert_int_equal(control_deadline(fixture.control), USEC_NEVER);
        close(fd);
        control_free(fixture.control);
}

static void reader_who_goes_away_in_the_middle_is_dropped(void **state)
{
        struct fixture fixture;
        int fd;

        open_control(&fixture, state, access_private());
        fixture.status_size = (size_t)4 << 20;
        fd = dial(&fixture);
        say(fd, "status\n");
        TURN_UNTIL(&fixture, control_deadline(fixture.control) == START + CONTROL_REPLY_USEC);
        close(fd);
        TURN_UNTIL(&fixture, control_deadline(fixture.control) == USEC_NEVER);
        control_free(fixture.control);
}

/* ---------------------------------------------------------------- files */

static void expect_mode(void **state, mode_t access_mode, mode_t expected)
{
        struct access access = access_private();
        struct fixture fixture;
        struct stat stat;

        access.mode = access_mode;
        open_control(&fixture, state, access);
        assert_int_equal(lstat(fixture.path, &stat), 0);
        assert_true(S_ISSOCK(stat.st_mode));
        assert_int_equal(stat.st_mode & 0777, expected);
        fixture.control = control_free(fixture.control);
        assert_int_equal(lstat(fixture.path, &stat), -1);
}

static void socket_lets_in_nobody_but_who_may_read_the_source(void **state)
{
        expect_mode(state, 0600, 0600);
        expect_mode(state, 0640, 0660);
        expect_mode(state, 0644, 0666);
}

static void stale_socket_is_replaced_and_other_files_are_not(void **state)
{
        struct control_handlers handlers = {handle_sync, handle_status, handle_history,
                                            handle_content, NULL};
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const char *path = testing_path(state, CONTROL_SOCKET);
        struct access access = access_private();
        struct control *control = NULL;

        strcpy(address.sun_path, path);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        close(fd);
        assert_int_equal(control_new(testing_path(state, "."), &access, &handlers, &control), 0);
        control = control_free(control);

        testing_write_file(path, "mine\n");
        assert_int_equal(control_new(testing_path(state, "."), &access, &handlers, &control),
                         -EEXIST);
        assert_null(control);
        assert_string_equal(testing_read_file(state, path), "mine\n");
}

static void path_too_long_for_a_socket_is_refused(void **state)
{
        struct control_handlers handlers = {handle_sync, handle_status, handle_history,
                                            handle_content, NULL};
        struct access access = access_private();
        struct control *control = NULL;
        char directory[120];

        memset(directory, 'x', sizeof(directory));
        directory[0] = '/';
        directory[sizeof(directory) - 1] = '\0';
        assert_int_equal(control_new(directory, &access, &handlers, &control), -ENAMETOOLONG);
        assert_null(control);
}

static void lack_of_descriptors_is_survived_without_a_busy_loop(void **state)
{
        struct rlimit before, none;
        struct fixture fixture;
        struct pollfd wait;
        int fd;

        open_control(&fixture, state, access_private());
        fixture.answer_at_once = true;
        fd = dial(&fixture);
        say(fd, "sync datastore\n");
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        none = before;
        none.rlim_cur = (rlim_t)fd + 1;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        turn(&fixture);
        wait = (struct pollfd){.fd = control_fd(fixture.control), .events = POLLIN};
        assert_int_equal(poll(&wait, 1, 0), 0); /* it does not ask again at once */
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_true(control_deadline(fixture.control) > fixture.now);
        assert_true(control_deadline(fixture.control) <= fixture.now + USEC_PER_SEC);
        fixture.now = control_deadline(fixture.control);
        expect_answer(&fixture, "sync datastore\n", "ok 5\n");
        close(fd);
        control_free(fixture.control);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(sync_is_answered_when_the_daemon_knows),
                TEST(sync_may_be_answered_inside_the_handler),
                TEST(errors_of_a_sync_are_told_by_name),
                TEST(names_that_are_none_never_reach_the_daemon),
                TEST(status_is_the_report_up_to_the_end),
                TEST(request_may_come_byte_by_byte),
                TEST(client_may_close_his_sending_side),
                TEST(history_is_a_report_of_what_was),
                TEST(content_comes_behind_the_answers_line),
                TEST(content_that_is_refused_comes_without_a_byte),
                TEST(content_for_those_who_leave_is_closed),
                TEST(large_content_comes_whole_piece_by_piece),
                TEST(content_that_shrinks_ends_early),
                TEST(garbage_gets_an_error_and_the_end),
                TEST(slow_sender_loses_his_connection),
                TEST(sync_without_an_answer_ends_in_time),
                TEST(vanished_client_is_forgotten),
                TEST(big_report_reaches_a_slow_reader_whole),
                TEST(reader_who_never_takes_the_answer_is_dropped_in_time),
                TEST(reader_who_stops_in_the_middle_is_dropped_in_time),
                TEST(reader_who_goes_away_in_the_middle_is_dropped),
                TEST(socket_lets_in_nobody_but_who_may_read_the_source),
                TEST(stale_socket_is_replaced_and_other_files_are_not),
                TEST(path_too_long_for_a_socket_is_refused),
                TEST(lack_of_descriptors_is_survived_without_a_busy_loop),
        };

        return TESTING_RUN(tests);
}
