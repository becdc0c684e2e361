/* SPDX-License-Identifier: MIT */
/* What is told, and when, against a real publisher. Where it is hard: test-events-alone.c. */
#include "following.h"
#include "testing.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SOURCE testing_path(state, "datastore.cfg")

static void nothing_works_before_a_subscription(void **state)
{
        struct following set = following_start(state);
        cfgw_event *event;
        uint64_t timeout;

        assert_int_equal(cfgw_client_get_fd(set.client), -ENOTCONN);
        assert_int_equal(cfgw_client_get_events(set.client), -ENOTCONN);
        assert_int_equal(cfgw_client_get_timeout(set.client, &timeout), -ENOTCONN);
        assert_int_equal(cfgw_client_process(set.client, &event), -ENOTCONN);
        assert_int_equal(cfgw_client_wait(set.client, 0), -ENOTCONN);
        following_end(&set);
}

static void bad_arguments_are_refused(void **state)
{
        struct following set = following_start(state);
        cfgw_event *event;
        uint64_t timeout;

        assert_int_equal(cfgw_client_subscribe(NULL, NULL), -EINVAL);
        assert_int_equal(cfgw_client_subscribe(set.client, "../x"), -EINVAL);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_int_equal(cfgw_client_get_fd(NULL), -EINVAL);
        assert_int_equal(cfgw_client_get_events(NULL), -EINVAL);
        assert_int_equal(cfgw_client_get_timeout(NULL, &timeout), -EINVAL);
        assert_int_equal(cfgw_client_get_timeout(set.client, NULL), -EINVAL);
        assert_int_equal(cfgw_client_process(NULL, &event), -EINVAL);
        assert_int_equal(cfgw_client_process(set.client, NULL), -EINVAL);
        assert_int_equal(cfgw_client_wait(NULL, 0), -EINVAL);
        assert_null(cfgw_event_free(NULL));
        assert_null(cfgw_event_domain(NULL));
        assert_null(cfgw_event_status(NULL));
        assert_null(cfgw_event_before(NULL));
        assert_null(cfgw_event_after(NULL));
        following_end(&set);
}

static void the_first_event_tells_what_is_in_force(void **state)
{
        struct following set = following_start(state);
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_int_equal(cfgw_client_wait(set.client, CFGW_FOREVER), 1);
        assert_int_equal(cfgw_client_process(set.client, &event), 1);
        assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_CHANGE);
        assert_string_equal(cfgw_event_domain(event), "datastore");
        assert_null(cfgw_event_before(event));
        assert_int_equal(cfgw_config_generation(cfgw_event_after(event)), 1);
        assert_int_equal(cfgw_status_freshness(cfgw_event_status(event)), CFGW_FRESHNESS_LIVE);
        cfgw_event_free(event);
        assert_int_equal(cfgw_client_process(set.client, &event), 0);
        assert_int_equal(cfgw_client_wait(set.client, 20000), 0);

        /* Once more for the same domain changes nothing. */
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect_none(set.client, 20000);
        following_end(&set);
}

static void what_is_not_there_yet_is_told_as_well(void **state)
{
        struct fake_daemon daemon;
        cfgw_client *client;
        cfgw_event *event;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_subscribe(client, "datastore"), 0);
        event = following_next(client, 0);
        assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_STATE);
        assert_null(cfgw_event_after(event));
        cfgw_event_free(event);
        daemon = fake_start(*state, FAKE_EPOCH);
        fake_accept(&daemon, 0, 1, SOURCE, fake_text("one", "/1"));
        following_expect(client, "datastore", CFGW_EVENT_CHANGE, 1);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

static void a_message_makes_it_quick(void **state)
{
        struct fake_publisher publisher;
        struct following set = following_start(state);
        cfgw_event *event;
        uint64_t since;

        publisher = fake_publisher_start(*state);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        for (uint64_t generation = 2; generation < 6; generation++) {
                following_expect_to_hear(&set, &publisher, TEST_PATIENCE_USEC);
                since = testing_now();
                fake_accept(&set.daemon, 0, generation, SOURCE,
                            fake_text(generation & 1 ? "odd" : "even", "/x"));
                fake_publisher_say(&publisher, "datastore", MESSAGE_CHANGE, 1);
                event = following_next(set.client, TEST_PATIENCE_USEC);
                /* The late heartbeat would have brought it after 1.5 s. */
                assert_true(testing_now() - since < USEC_PER_SEC);
                assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_CHANGE);
                assert_int_equal(cfgw_config_generation(cfgw_event_before(event)), generation - 1);
                assert_int_equal(cfgw_config_generation(cfgw_event_after(event)), generation);
                cfgw_event_free(event);
        }
        fake_publisher_kill(&publisher);
        following_end(&set);
}

static void a_dead_publisher_delays_for_a_second_or_so(void **state)
{
        struct following set = following_start(state);
        uint64_t since, timeout;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        following_expect_none(set.client, 200000);
        assert_int_equal(cfgw_client_get_timeout(set.client, &timeout), 0);
        assert_true(timeout > testing_now() && timeout < testing_now() + 2 * USEC_PER_SEC);
        since = testing_now();
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 2);
        assert_true(testing_now() - since < 2 * USEC_PER_SEC);
        following_end(&set);
}

static void many_changes_are_told_as_one(void **state)
{
        struct following set = following_start(state);
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        for (uint64_t generation = 2; generation <= 10; generation++)
                fake_accept(&set.daemon, 0, generation, SOURCE,
                            fake_text(generation & 1 ? "odd" : "even", "/x"));
        event = following_next(set.client, TEST_PATIENCE_USEC);
        assert_int_equal(cfgw_config_generation(cfgw_event_before(event)), 1);
        assert_int_equal(cfgw_config_generation(cfgw_event_after(event)), 10);
        cfgw_event_free(event);
        following_end(&set);
}

/* Whoever goes by the number must not stay behind. */
static void there_and_back_again_is_a_state_with_its_number(void **state)
{
        struct following set = following_start(state);
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        fake_accept(&set.daemon, 0, 3, SOURCE, fake_text("one", "/1"));
        event = following_next(set.client, TEST_PATIENCE_USEC);
        assert_non_null(event);
        assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_STATE);
        assert_int_equal(cfgw_status_generation(cfgw_event_status(event)), 3);
        assert_int_equal(cfgw_config_generation(cfgw_event_before(event)), 1);
        assert_int_equal(cfgw_config_generation(cfgw_event_after(event)), 3);
        assert_string_equal(cfgw_config_digest(cfgw_event_before(event)),
                            cfgw_config_digest(cfgw_event_after(event)));
        cfgw_event_free(event);
        following_end(&set);
}

static void lost_numbers_of_the_same_content_are_a_state(void **state)
{
        struct following set = following_start(state);
        struct fake_daemon next;
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        next = fake_start(*state, FAKE_EPOCH + 1);
        fake_accept(&next, 0, 1, SOURCE, fake_text("one", "/1"));
        event = following_next(set.client, TEST_PATIENCE_USEC);
        assert_non_null(event);
        assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_STATE);
        assert_int_equal(cfgw_status_epoch(cfgw_event_status(event)), FAKE_EPOCH + 1);
        assert_int_equal(cfgw_status_freshness(cfgw_event_status(event)), CFGW_FRESHNESS_LIVE);
        cfgw_event_free(event);
        following_end(&set);
        fake_stop(&next);
}

/* To an own reading of the same bytes and back to the same number: no content has changed. */
static void a_restart_of_the_daemon_is_no_change(void **state)
{
        struct following set = following_start(state);
        struct fake_daemon next;
        cfgw_event_kind kind;
        uint64_t generation;
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_stop(&set.daemon);
        following_expect(set.client, "datastore", CFGW_EVENT_STATE, 1);
        next = fake_start(*state, FAKE_EPOCH);
        fake_accept(&next, 0, 1, SOURCE, fake_text("one", "/1"));
        following_expect(set.client, "datastore", CFGW_EVENT_STATE, 1);
        fake_accept(&next, 0, 2, SOURCE, fake_text("two", "/2"));
        do {
                event = following_next(set.client, TEST_PATIENCE_USEC);
                assert_non_null(event);
                kind = cfgw_event_get_kind(event);
                generation = cfgw_status_generation(cfgw_event_status(event));
                assert_int_equal(kind, generation == 2 ? CFGW_EVENT_CHANGE : CFGW_EVENT_STATE);
                cfgw_event_free(event);
        } while (generation < 2);
        cfgw_client_unref(set.client);
        fake_stop(&next);
}

static void a_state_is_told_with_line_and_reason(void **state)
{
        struct following set = following_start(state);
        const cfgw_status *status;
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_state(&set.daemon, 0, 1, fake_text("one", "/1"), CFGW_STATE_INVALID, 7, "no header");
        event = following_next(set.client, TEST_PATIENCE_USEC);
        assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_STATE);
        status = cfgw_event_status(event);
        assert_int_equal(cfgw_status_state(status), CFGW_STATE_INVALID);
        assert_int_equal(cfgw_status_freshness(status), CFGW_FRESHNESS_LAST_GOOD);
        assert_int_equal(cfgw_status_line(status), 7);
        assert_string_equal(cfgw_status_reason(status), "no header");
        assert_ptr_equal(cfgw_event_before(event), cfgw_event_after(event));
        cfgw_event_free(event);
        following_end(&set);
}

/* What the digest does not tell apart is no change, whatever became of the daemon. */
static void a_daemon_that_goes_and_comes_is_a_state(void **state)
{
        struct following set = following_start(state);
        struct fake_daemon next;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_stop(&set.daemon);
        following_expect(set.client, "datastore", CFGW_EVENT_STATE, 1);
        next = fake_start(*state, FAKE_EPOCH + 1);
        fake_accept(&next, 0, 2, SOURCE, fake_text("one", "/1"));
        following_expect(set.client, "datastore", CFGW_EVENT_STATE, 2);
        fake_stop(&next);
        following_end(&set);
}

static void a_killed_publisher_is_heard_again(void **state)
{
        struct fake_publisher publisher;
        struct following set = following_start(state);
        int fd;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        fd = cfgw_client_get_fd(set.client);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        for (int i = 0; i < 4; i++) {
                publisher = fake_publisher_start(*state);
                following_expect_to_hear(&set, &publisher, 2 * USEC_PER_SEC);
                fake_publisher_kill(&publisher);
        }
        assert_int_equal(cfgw_client_get_fd(set.client), fd);
        following_end(&set);
}

static void a_farewell_is_not_the_end(void **state)
{
        struct fake_publisher publisher;
        struct following set = following_start(state);

        publisher = fake_publisher_start(*state);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        following_expect_to_hear(&set, &publisher, TEST_PATIENCE_USEC);
        fake_publisher_say(&publisher, "datastore", MESSAGE_FAREWELL, 1);
        WAIT_FOR(following_has_input(set.client));
        following_expect_none(set.client, 0);
        assert_false(following_has_input(set.client)); /* the connection is gone */
        following_expect_to_hear(&set, &publisher, 2 * USEC_PER_SEC);
        fake_publisher_kill(&publisher);
        following_end(&set);
}

/* Somebody took the connection and never says a word, as a publisher that died in between. */
static void a_deaf_connection_is_given_up(void **state)
{
        const char *path = testing_path(state, EVENT_SOCKET);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        struct fake_publisher publisher;
        struct following set = following_start(state);
        int listener;

        strcpy(address.sun_path, path);
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(listener, 8), 0);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        WAIT_FOR(poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 0) == 1);
        publisher = fake_publisher_start(*state); /* at the same path */
        following_expect_to_hear(&set, &publisher, BOARD_SILENCE_USEC + 3 * USEC_PER_SEC);
        close(listener);
        fake_publisher_kill(&publisher);
        following_end(&set);
}

static void garbage_does_no_harm(void **state)
{
        struct fake_publisher publisher;
        struct following set = following_start(state);

        publisher = fake_publisher_start(*state);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        following_expect_to_hear(&set, &publisher, TEST_PATIENCE_USEC);
        for (int i = 0; i < 500; i++)
                fake_publisher_send(&publisher, "datastore generation=x\n");
        following_expect_none(set.client, 100000);
        following_expect_to_hear(&set, &publisher, TEST_PATIENCE_USEC);
        fake_publisher_kill(&publisher);
        following_end(&set);
}

static void all_domains_are_those_to_come_as_well(void **state)
{
        const char *const more[] = {"datastore", "remote", "third"};
        struct access access = {.gid = getegid(), .mode = 0644};
        struct following set = following_start(state);
        struct fake_daemon next = set.daemon;

        assert_int_equal(cfgw_client_subscribe(set.client, NULL), 0);
        following_expect(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        following_expect(set.client, "remote", CFGW_EVENT_STATE, 0);
        following_expect_none(set.client, 0);

        assert_int_equal(board_writer_new(*state, &access, more, 3, &next.writer), 0);
        fake_state(&next, 0, 1, fake_text("one", "/1"), CFGW_STATE_VALID, 0, "");
        fake_state(&next, 2, 0, NULL, CFGW_STATE_MISSING, 0, "gone");
        assert_int_equal(board_writer_publish(next.writer, testing_now()), 0);
        following_expect(set.client, "third", CFGW_EVENT_STATE, 0);
        following_end(&set);
        fake_stop(&next);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(nothing_works_before_a_subscription),
                TEST(bad_arguments_are_refused),
                TEST(the_first_event_tells_what_is_in_force),
                TEST(what_is_not_there_yet_is_told_as_well),
                TEST(a_message_makes_it_quick),
                TEST(a_dead_publisher_delays_for_a_second_or_so),
                TEST(many_changes_are_told_as_one),
                TEST(there_and_back_again_is_a_state_with_its_number),
                TEST(lost_numbers_of_the_same_content_are_a_state),
                TEST(a_restart_of_the_daemon_is_no_change),
                TEST(a_state_is_told_with_line_and_reason),
                TEST(a_daemon_that_goes_and_comes_is_a_state),
                TEST(a_killed_publisher_is_heard_again),
                TEST(a_farewell_is_not_the_end),
                TEST(a_deaf_connection_is_given_up),
                TEST(garbage_does_no_harm),
                TEST(all_domains_are_those_to_come_as_well),
        };

        return TESTING_RUN(tests);
}
