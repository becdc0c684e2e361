/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_EVENT_H
#define CFGWATCH_EVENT_H

/*
 * The message on the wire: one line of text, topic first, so that any nanomsg binding (and
 * nanocat) can subscribe to it and read it:
 *
 *   datastore generation=43 state=valid kind=change epoch=9f… seq=1207 digest=sha256:…\n
 *   datastore generation=43 state=invalid kind=state epoch=… seq=… digest=… line=7 reason="…"\n
 *
 * Unknown keys are ignored; order is free behind the topic; values with blanks are quoted,
 * with \" and \\ as the only escapes.
 */

#include "digest.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>

#define EVENT_SIZE_MAX 512    /* bytes with the line end: fits one read and one line */
#define EVENT_SOCKET "events" /* in the runtime directory */

/* sun_path less its NUL byte: nanomsg aborts the process for a longer one. */
#define EVENT_PATH_MAX 107

enum message_kind {
        MESSAGE_CHANGE,    /* new generation */
        MESSAGE_STATE,     /* same generation, other state, line or reason */
        MESSAGE_HEARTBEAT, /* nothing new */
        MESSAGE_FAREWELL   /* the daemon stops */
};

struct message {
        char domain[DOMAIN_NAME_MAX + 1];
        enum message_kind kind;
        cfgw_state state;
        uint64_t generation;
        uint64_t epoch;
        uint64_t sequence;
        struct digest digest;
        uint32_t line;
        char reason[256]; /* cut on encoding to fit EVENT_SIZE_MAX; empty: none */
};

/* Writes the line to @ret; returns its length with the line end, without the NUL byte. */
size_t message_encode(const struct message *message, char ret[EVENT_SIZE_MAX + 1]);

/* -EBADMSG for anything that is not such a line; @size bytes need not end with NUL. */
int message_decode(const char *data, size_t size, struct message *ret);

#endif
