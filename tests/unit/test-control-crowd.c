/* SPDX-License-Identifier: MIT */
/* More clients at the control socket than it has places. */
#include "controlling.h"
#include "testing.h"

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
        TURN_UNTIL(&fixture, has_ended(idle[0]));          /* the oldest made room */
        assert_false(has_ended(idle[ELEMENTS(idle) - 1])); /* and not the newest */
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
        expect_answer(&fixture, "status\n", "ok\nxx");
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
        expect_answer(&fixture, "status\n", "ok\nxx");
        assert_int_equal(fixture.asked, ELEMENTS(fds));
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                assert_false(has_ended(fds[i]));
                close(fds[i]);
        }
        for (size_t i = 0; i < ELEMENTS(idle); i++)
                close(idle[i]);
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
        };

        return TESTING_RUN(tests);
}
