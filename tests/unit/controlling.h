/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_UNIT_CONTROLLING_H
#define CFGWATCH_TESTS_UNIT_CONTROLLING_H

/*
 * The control socket with the test on both sides: as the daemon, whose loop turns when the
 * test says so, and as its clients. Needs the linker's --wrap=getsockopt.
 */

#include "control.h"

#define START (100 * USEC_PER_SEC) /* the clock is the tests' own */

#define REPORT_FRAME (sizeof("ok\n\n") - 1) /* bytes around a report */

/* The daemon behind the socket, played by the test. */
struct fixture {
        struct control *control;
        const char *path;
        uint64_t now;
        char domain[CONTROL_REQUEST_MAX]; /* asked for last */
        size_t asked;
        size_t reports; /* made: status and history */
        int sync_result;
        bool answer_at_once;
        size_t status_size;  /* of the report */
        uint64_t number;     /* of entries, or of the generation, asked for last */
        uid_t peer;          /* who asked for it */
        const char *content; /* the file that he gets */
        int content_result;
};

/* Who the peers are said to be. */
extern uid_t peer_uid;

/* What the daemon does. */
int handle_sync(void *userdata, const char *domain);
char *handle_status(void *userdata, bool trusted);
int handle_history(void *userdata, const char *domain, size_t count, char **ret_json);
int handle_content(void *userdata, const struct request *request, const struct peer *peer,
                   struct reply *ret);

void open_control(struct fixture *fixture, void **state, struct access access);
void turn(struct fixture *fixture);

#define TURN_UNTIL(fixture, expression)                                                            \
        do {                                                                                       \
                uint64_t until_ = testing_now() + TEST_PATIENCE_USEC;                              \
                while (!(expression)) {                                                            \
                        if (testing_now() > until_)                                                \
                                fail_msg("waited in vain for: %s", #expression);                   \
                        turn(fixture);                                                             \
                }                                                                                  \
        } while (0)

/* What a client does. */
int dial(struct fixture *fixture);
void say(int fd, const char *text);
bool has_ended(int fd);

/* Everything up to the end of the stream, which comes while the daemon's loop turns. */
const char *hear(struct fixture *fixture, int fd);

void expect_answer(struct fixture *fixture, const char *request, const char *answer);

#endif
