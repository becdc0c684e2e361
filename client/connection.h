/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CONNECTION_H
#define CFGWATCH_CONNECTION_H

/*
 * One question to the daemon at its control socket, and its answer (protocol.h). The peer is
 * asked for its credentials before anything is believed or told; all of it together keeps to
 * one deadline.
 */

#include "client.h"

/* Longest answers: a line and a path; and a report of 4096 domains, some kilobytes each. */
#define CONNECTION_LINE_MAX ((size_t)8192)
#define CONNECTION_REPORT_MAX ((size_t)16 << 20)

/* An answer: whatever bytes came up to the end of the stream, and a NUL byte behind. */
struct answer {
        char *data; /* free() it */
        size_t size;
};

static inline void answer_clear(struct answer *answer)
{
        free(answer->data);
}

/*
 * Asks @request and takes the whole answer, at most @limit bytes: memory is taken for what comes,
 * and never for what was said to come. @timeout_usec is relative; CFGW_FOREVER: as long as the
 * daemon itself may take.
 *
 * -errno: as cfgw_client_sync() documents, the error that the daemon answered among them.
 */
int connection_ask(const cfgw_client *client, const char *request, size_t limit,
                   uint64_t timeout_usec, struct answer *ret);

/* The same for an answer that is a text. -EPROTO: there is a NUL byte in it. */
int connection_ask_text(const cfgw_client *client, const char *request, size_t limit,
                        uint64_t timeout_usec, char **ret);

#endif
