/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_PUBLISHING_H
#define CFGWATCH_TESTS_PUBLISHING_H

/* The daemon's end of publishing with the real helper process, and a real nanomsg subscriber. */

#include "publisher.h"

struct publishing {
        const char *directory;
        const char *socket;
        struct publisher *publisher;
        int subscriber;
        uint64_t beat_usec; /* the next heartbeat */
};

/* The helper of the build tree. */
const char *publishing_program(void);

/* Without a subscriber and without heartbeats; @state is the test's own. */
void publishing_open(struct publishing *publishing, void **state, struct access access);
void publishing_close(struct publishing *publishing);

/* One turn of the daemon's loop, of 2 ms at most; and turns until the expression is true. */
void publishing_turn(struct publishing *publishing);
#define PUBLISHING_UNTIL(publishing, expression)                                                   \
        do {                                                                                       \
                uint64_t until_ = testing_now() + TEST_PATIENCE_USEC;                              \
                while (!(expression)) {                                                            \
                        if (testing_now() > until_)                                                \
                                fail_msg("waited in vain for: %s", #expression);                   \
                        publishing_turn(publishing);                                               \
                }                                                                                  \
        } while (0)

/* Says something of the first domain. */
void publishing_tell(struct publishing *publishing, enum message_kind kind, uint64_t generation);

/* A subscriber that is certainly there: it has heard something. Starts the heartbeats. */
void publishing_subscribe(struct publishing *publishing);

/* Takes one message that has arrived, if any has. */
bool publishing_hear(struct publishing *publishing, struct message *ret);

/* Takes all that has arrived; true if @generation was among it. */
bool publishing_hear_generation(struct publishing *publishing, uint64_t generation);

#endif
