/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_FAKE_PUBLISHER_H
#define CFGWATCH_TESTS_FAKE_PUBLISHER_H

/*
 * Plays the publishing end: the daemon's real helper process with a real nanomsg socket, which
 * says what the test wants it to. All of it asserts.
 */

#include "event.h"

#include <sys/types.h>

struct fake_publisher {
        pid_t pid;
        int fd;
};

/* It is ready when this returns. */
struct fake_publisher fake_publisher_start(const char *directory);

/* One message of @domain. */
void fake_publisher_say(const struct fake_publisher *publisher, const char *domain,
                        enum message_kind kind, uint64_t generation);

/* One message of any bytes. */
void fake_publisher_send(const struct fake_publisher *publisher, const char *text);

/* Ends it as the daemon does; and by a signal that it cannot see coming. */
void fake_publisher_stop(struct fake_publisher *publisher);
void fake_publisher_kill(struct fake_publisher *publisher);

#endif
