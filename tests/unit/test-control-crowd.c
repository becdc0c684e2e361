/* SPDX-License-Identifier: MIT */
/* More clients at the control socket than it has places. */
#include "controlling.h"
#include "testing.h"

#include <poll.h>
#include <sys/socket.h>

/* Reads up to the end of the stream, while the daemon's loop turns; how many bytes. */
static size_t take_all(struct fixture *fixture, int fd)
{
        static char piece[65536];
        uint64_t until = testing_now() + TEST_PATIENCE_USEC;
        size_t size = 0;

        for (;;) {
                ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);

                if (n == 0)
                        return size;
                if (n > 0)
                        size += (size_t)n;
                else
                        turn(fixture);
                assert_true(testing_now() < until);
        }
}

/* Whether nothing waits for the daemon's loop. */
static bool is_silent(const struct fixture *fixture)
{
        struct pollfd wait = {.fd = control_fd(fixture->control), .events = POLLIN};

        return poll(&wait, 1, 0) == 0;
}

static void idle_connections_do_not_keep_others_out(void **state)
{
        struct fixture fixture;
        int idle[200];

        open_control(&fixture, state, access_private());
        fixture.answer_at_once = true;
        for (size_t i = 0; i < ELEMENTS(idle); i++) {
                idle[i] = dial(&fixture);
                turn(&fixture);
        }
        expect_answer(&fixture, "sync datastore\n", "ok 5\n");
        assert_string_equal(hear(&fixture, idle[0]), "error EBUSY too many clients\n");
        assert_false(has_ended(idle[ELEMENTS(idle) - 1])); /* the oldest made room */
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                close(idle[i]);
        control_free(fixture.control);
}

/* All of it before the daemon's first turn: whoever has something to say is heard. */
static void requests_in_a_crowd_are_all_heard(void **state)
{
        struct fixture fixture;
        int fds[100];

        open_control(&fixture, state, access_private());
        fixture.answer_at_once = true;
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                fds[i] = dial(&fixture);
                if (i % 2 == 0)
                        say(fds[i], "sync datastore\n");
        }
        for (size_t i = 0; i < ELEMENTS(fds); i += 2)
                assert_string_equal(hear(&fixture, fds[i]), "ok 5\n");
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(fds[i]);
        control_free(fixture.control);
}

/* Some places are not to be had, and all others go to newcomers of one and the same turn. */
static void newcomer_with_a_request_is_not_pushed_out_by_later_ones(void **state)
{
        struct fixture fixture;
        int waiting[10], idle[CONTROL_CLIENTS_MAX], fd;

        open_control(&fixture, state, access_private());
        for (size_t i = 0; i < ELEMENTS(waiting); i++) {
                waiting[i] = dial(&fixture);
                say(waiting[i], "sync datastore\n");
        }
        TURN_UNTIL(&fixture, fixture.asked == ELEMENTS(waiting));
        fixture.answer_at_once = true;
        fd = dial(&fixture);
        say(fd, "sync datastore\n");
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                idle[i] = dial(&fixture);
        assert_string_equal(hear(&fixture, fd), "ok 5\n");
        for (size_t i = 0; i < ELEMENTS(waiting); i++) {
                assert_false(has_ended(waiting[i]));
                close(waiting[i]);
        }
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                close(idle[i]);
        close(fd);
        control_free(fixture.control);
}

static size_t make_wait(struct fixture *fixture, int fds[], size_t count)
{
        for (size_t i = 0; i < count; i++) {
                size_t asked = fixture->asked;

                fds[i] = dial(fixture);
                say(fds[i], "sync datastore\n");
                TURN_UNTIL(fixture, fixture->asked > asked);
        }
        return count;
}

static void one_user_who_waits_leaves_places_for_others(void **state)
{
        struct fixture fixture;
        int fds[CONTROL_WAITING_USER_MAX], other;

        open_control(&fixture, state, access_private());
        make_wait(&fixture, fds, ELEMENTS(fds));
        expect_answer(&fixture, "sync datastore\n", "error EBUSY too many clients\n");
        assert_int_equal(fixture.asked, ELEMENTS(fds));
        expect_answer(&fixture, "status\n", "ok\nxx\n");
        peer_uid++;
        make_wait(&fixture, &other, 1);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                assert_false(has_ended(fds[i]));
        control_reply_sync(fixture.control, "datastore", 0, 3); /* all of them at once */
        assert_string_equal(hear(&fixture, other), "ok 3\n");
        close(other);
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                assert_string_equal(hear(&fixture, fds[i]), "ok 3\n");
                close(fds[i]);
        }
        control_free(fixture.control);
}

static void all_who_wait_leave_places_for_those_who_do_not(void **state)
{
        struct fixture fixture;
        int fds[CONTROL_WAITING_MAX], idle[CONTROL_CLIENTS_MAX];
        size_t waiting = 0;

        open_control(&fixture, state, access_private());
        while (waiting < ELEMENTS(fds)) {
                peer_uid++;
                waiting += make_wait(&fixture, fds + waiting,
                                     MIN(ELEMENTS(fds) - waiting, CONTROL_WAITING_USER_MAX / 2));
        }
        peer_uid++;
        expect_answer(&fixture, "sync datastore\n", "error EBUSY too many clients\n");
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                idle[i] = dial(&fixture);
        expect_answer(&fixture, "status\n", "ok\nxx\n");
        assert_int_equal(fixture.asked, ELEMENTS(fds));
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                assert_false(has_ended(fds[i]));
                close(fds[i]);
        }
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                close(idle[i]);
        control_free(fixture.control);
}

/* Answers that fill a socket, which the user never reads. */
static void leave_answers(struct fixture *fixture, int fds[], size_t count)
{
        for (size_t i = 0; i < count; i++) {
                size_t made = fixture->reports;

                fds[i] = dial(fixture);
                say(fds[i], "status\n");
                TURN_UNTIL(fixture, fixture->reports > made);
        }
}

static void user_who_reads_no_answer_does_not_keep_others_out(void **state)
{
        struct fixture fixture;
        int fds[2 * CONTROL_CLIENTS_MAX], other;
        char byte;

        open_control(&fixture, state, access_private());
        fixture.answer_at_once = true;
        fixture.status_size = 4 * 1024 * 1024;
        leave_answers(&fixture, &other, 1);
        peer_uid++;
        leave_answers(&fixture, fds, ELEMENTS(fds));
        peer_uid++;
        expect_answer(&fixture, "sync datastore\n", "ok 5\n");
        /* He made room for himself and for others. */
        assert_int_equal(recv(other, &byte, 1, MSG_DONTWAIT), 1);
        assert_int_equal(take_all(&fixture, other), REPORT_FRAME + fixture.status_size - 1);
        assert_true(take_all(&fixture, fds[0]) < fixture.status_size);
        close(other);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(fds[i]);
        control_free(fixture.control);
}

/* He is one of those who leave them, and takes his own. */
static void who_takes_his_answer_keeps_his_place(void **state)
{
        struct fixture fixture;
        int fds[2 * CONTROL_CLIENTS_MAX], own;
        static char piece[65536];
        size_t size = 0;

        open_control(&fixture, state, access_private());
        fixture.status_size = 32 * 1024 * 1024;
        leave_answers(&fixture, &own, 1); /* the oldest of all */
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                ssize_t n = recv(own, piece, sizeof(piece), MSG_DONTWAIT);

                size += n > 0 ? (size_t)n : 0;
                fixture.now++;
                leave_answers(&fixture, fds + i, 1);
                fixture.status_size = 1024 * 1024;
        }
        fixture.status_size = 32 * 1024 * 1024;
        assert_int_equal(size + take_all(&fixture, own), REPORT_FRAME + fixture.status_size);
        close(own);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(fds[i]);
        control_free(fixture.control);
}

/* It may take long to make, and no file is looked at meanwhile. */
static void one_turn_makes_one_status_for_all(void **state)
{
        struct fixture fixture;
        int fds[CONTROL_CLIENTS_MAX];

        open_control(&fixture, state, access_private());
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                fds[i] = dial(&fixture);
                say(fds[i], "status\n");
        }
        turn(&fixture);
        assert_int_equal(fixture.reports, 1);
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                assert_string_equal(hear(&fixture, fds[i]), "ok\nxx\n");
                close(fds[i]);
        }
        expect_answer(&fixture, "status\n", "ok\nxx\n");
        assert_int_equal(fixture.reports, 2); /* and what is new is told in the next one */
        control_free(fixture.control);
}

static void one_turn_makes_one_history(void **state)
{
        struct fixture fixture;
        int fds[6];

        open_control(&fixture, state, access_private());
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                fds[i] = dial(&fixture);
        say(fds[0], "history datastore 5\n");
        turn(&fixture);
        assert_int_equal(fixture.reports, 1); /* of one who has just come */
        TURN_UNTIL(&fixture, is_silent(&fixture));
        for (size_t i = 1; i < ELEMENTS(fds); i++)
                say(fds[i], "history datastore 5\n");
        for (size_t i = 1; i < ELEMENTS(fds); i++) {
                assert_int_equal(fixture.reports, i);
                turn(&fixture);
        }
        assert_int_equal(fixture.reports, ELEMENTS(fds));
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                assert_string_equal(hear(&fixture, fds[i]), "ok\n{5}\n");
                close(fds[i]);
        }
        control_free(fixture.control);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(idle_connections_do_not_keep_others_out),
                TEST(requests_in_a_crowd_are_all_heard),
                TEST(newcomer_with_a_request_is_not_pushed_out_by_later_ones),
                TEST(one_user_who_waits_leaves_places_for_others),
                TEST(all_who_wait_leave_places_for_those_who_do_not),
                TEST(user_who_reads_no_answer_does_not_keep_others_out),
                TEST(who_takes_his_answer_keeps_his_place),
                TEST(one_turn_makes_one_status_for_all),
                TEST(one_turn_makes_one_history),
        };

        return TESTING_RUN(tests);
}
