/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_PUBLISHER_H
#define CFGWATCH_PUBLISHER_H

/*
 * The daemon's end of publishing: feeds the helper process (publisher_main.c), which alone
 * knows nanomsg, over a socketpair; coalesces; starts the helper again when it dies. The
 * daemon's loop polls publisher_fd() for input and calls publisher_dispatch() at the
 * deadline. Nothing in here ever blocks or fails towards the daemon.
 */

#include "access.h"
#include "event.h"

struct publisher;

#define PUBLISHER_GAP_USEC (10 * USEC_PER_MSEC) /* at most one message a domain in this time */

/* @helper: path of the helper's program. @domains: how many there are. -ENAMETOOLONG: the socket's
 * path. */
int publisher_new(const char *runtime_directory, const char *helper, const struct access *access,
                  size_t domains, uint64_t now, struct publisher **ret);

/* Says farewell for each domain, waits for the helper's end for some 100 ms, kills it then. */
struct publisher *publisher_free(struct publisher *publisher);
DEFINE_CLEANUP(struct publisher *, publisher_free);

/*
 * From now on events are for those whom @access lets in. With @shut_out somebody is not among
 * them any more: then the helper is started anew, so that he loses the connection he has.
 */
int publisher_set_access(struct publisher *publisher, struct access access, bool shut_out,
                         uint64_t now);

int publisher_fd(const struct publisher *publisher);
uint64_t publisher_deadline(const struct publisher *publisher);
void publisher_dispatch(struct publisher *publisher, uint64_t now);

/* Tells @message of domain @i: at once, or at the end of the gap, where the newest wins. */
void publisher_tell(struct publisher *publisher, size_t i, const struct message *message,
                    uint64_t now);

/* Repeats the last state of every domain. Called by the daemon's heartbeat. */
void publisher_heartbeat(struct publisher *publisher, uint64_t now);

/* For the report. */
pid_t publisher_pid(const struct publisher *publisher); /* 0 while it is down */
uint64_t publisher_restarts(const struct publisher *publisher);

#endif
