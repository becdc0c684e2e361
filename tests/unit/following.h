/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_FOLLOWING_H
#define CFGWATCH_TESTS_FOLLOWING_H

/* A client that follows events, and the daemon that it follows. All of it asserts. */

#include "fake_daemon.h"
#include "fake_publisher.h"

struct following {
        struct fake_daemon daemon;
        cfgw_client *client;
};

/* With generation 1 of "datastore" in force; nothing is subscribed yet. */
struct following following_start(void **state);
void following_end(struct following *set);

/* The next event within @limit, or NULL. Goes on as any program without an event loop would. */
cfgw_event *following_next(cfgw_client *client, uint64_t limit);

void following_expect(cfgw_client *client, const char *domain, cfgw_event_kind kind,
                      uint64_t generation);
void following_expect_none(cfgw_client *client, uint64_t limit);

/* Whether the client's file descriptor asks for process(). */
bool following_has_input(cfgw_client *client);

/* Makes the publisher talk until the client hears it; nothing of that makes an event. */
void following_expect_to_hear(const struct following *set, const struct fake_publisher *publisher,
                              uint64_t limit);

#endif
