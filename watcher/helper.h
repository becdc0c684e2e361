/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_HELPER_H
#define CFGWATCH_HELPER_H

/*
 * The publisher's process: started, fed over a socketpair, and started again with a back-off
 * when it ends or hangs. Nothing in here blocks but helper_free().
 */

#include "util.h"

struct helper;

/*
 * The helper's end of the socketpair: SOCK_SEQPACKET. It says that it is ready, or why it
 * cannot be, in one packet of text, cut at HELPER_WORDS_MAX.
 */
#define HELPER_FD 3
#define HELPER_READY_WORD "ready"
#define HELPER_WORDS_MAX 255

/*
 * @arguments: those behind the program's name, NULL-terminated; this process's pid is added as
 * the last one. A program that cannot be started is tried again like one that died.
 */
int helper_new(const char *program, const char *const *arguments, uint64_t now,
               struct helper **ret);

/*
 * Gives the next process other @arguments, and with @restart ends the one that has the old
 * ones. On failure nothing has changed.
 */
int helper_set_arguments(struct helper *helper, const char *const *arguments, bool restart,
                         uint64_t now);

/* Lets it end by itself for some 100 ms (it sees the end of the stream), then kills it. */
struct helper *helper_free(struct helper *helper);
DEFINE_CLEANUP(struct helper *, helper_free);

int helper_fd(const struct helper *helper); /* the same for life: poll it for input */
uint64_t helper_deadline(const struct helper *helper);

/* What helper_dispatch() found. */
enum helper_news {
        HELPER_NOTHING = 0,
        HELPER_READY = 1 /* it has just begun to take packets */
};
int helper_dispatch(struct helper *helper, uint64_t now);

/* Whether a packet can be sent now: it is ready, and its queue was not found full. */
bool helper_is_writable(const struct helper *helper);

/* Sends one packet. -EAGAIN: its queue is full. -ENOTCONN: it is not ready, or gone. */
int helper_send(struct helper *helper, const void *data, size_t size, uint64_t now);

/* Waits until it takes packets again, for @timeout_usec. For the last words only. */
void helper_wait_writable(struct helper *helper, uint64_t timeout_usec);

pid_t helper_pid(const struct helper *helper); /* 0 while it is down */
uint64_t helper_restarts(const struct helper *helper);

#endif
