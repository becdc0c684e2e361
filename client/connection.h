/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CONNECTION_H
#define CFGWATCH_CONNECTION_H

/*
 * One question to the daemon at its control socket, and its answer (protocol.h). The peer is
 * asked for its credentials before anything is believed or told; all of it together keeps to
 * one deadline.
 */

#include "client.h"

/* Longest answers: one line, a path in it; and a report of 4096 domains, some kilobytes each. */
#define CONNECTION_LINE_MAX ((size_t)8192)
#define CONNECTION_REPORT_MAX ((size_t)16 << 20)

/*
 * Asks @request and takes the whole answer, at most @limit bytes: free() it. @timeout_usec is
 * relative; CFGW_FOREVER: as long as the daemon itself may take. Where @ret_fd is not NULL, it
 * gets the file descriptor that came with the answer, or -1.
 *
 * -errno: as cfgw_client_sync() documents, the error that the daemon answered among them.
 */
int connection_ask(const cfgw_client *client, const char *request, size_t limit,
                   uint64_t timeout_usec, char **ret_answer, int *ret_fd);

#endif
