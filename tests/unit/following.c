/* SPDX-License-Identifier: MIT */
#include "following.h"

#include "testing.h"

#include <poll.h>

struct following following_start(void **state)
{
        struct following set = {.daemon = fake_start(*state, FAKE_EPOCH)};

        testing_write_file(testing_path(state, "datastore.cfg"), fake_text("one", "/1"));
        fake_accept(&set.daemon, 0, 1, testing_path(state, "datastore.cfg"),
                    fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(*state, &set.client), 0);
        return set;
}

void following_end(struct following *set)
{
        cfgw_client_unref(set->client);
        fake_stop(&set->daemon);
}

cfgw_event *following_next(cfgw_client *client, uint64_t limit)
{
        uint64_t until = testing_now() + limit;
        cfgw_event *event;

        for (;;) {
                uint64_t now = testing_now();
                int r = cfgw_client_process(client, &event);

                assert_true(r >= 0);
                if (r > 0)
                        return event;
                if (now >= until)
                        return NULL;
                assert_true(cfgw_client_wait(client, until - now) >= 0);
        }
}

void following_expect(cfgw_client *client, const char *domain, cfgw_event_kind kind,
                      uint64_t generation)
{
        cfgw_event *event = following_next(client, TEST_PATIENCE_USEC);

        assert_non_null(event);
        assert_string_equal(cfgw_event_domain(event), domain);
        assert_int_equal(cfgw_event_get_kind(event), kind);
        assert_int_equal(cfgw_status_generation(cfgw_event_status(event)), generation);
        cfgw_event_free(event);
}

void following_expect_none(cfgw_client *client, uint64_t limit)
{
        assert_null(following_next(client, limit));
}

bool following_has_input(cfgw_client *client)
{
        struct pollfd pollfd = {.fd = cfgw_client_get_fd(client),
                                .events = (short)cfgw_client_get_events(client)};

        return poll(&pollfd, 1, 0) == 1;
}

void following_expect_to_hear(const struct following *set, const struct fake_publisher *publisher,
                              uint64_t limit)
{
        uint64_t until = testing_now() + limit;

        while (!following_has_input(set->client)) {
                assert_true(testing_now() < until);
                fake_beat(&set->daemon);
                fake_publisher_say(publisher, "datastore", MESSAGE_HEARTBEAT, 1);
                following_expect_none(set->client, 0);
                testing_nap();
        }
        following_expect_none(set->client, 0);
}
