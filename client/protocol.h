/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_PROTOCOL_H
#define CFGWATCH_PROTOCOL_H

/*
 * What daemon and library say to each other at the control socket, RUNTIME/control: AF_UNIX,
 * SOCK_STREAM, one request a connection.
 *
 *   "sync DOMAIN\n"
 *      -> "ok GENERATION\n", the generation in force after a fresh look
 *   "status\n"
 *      -> "ok\n" and a JSON object up to the end of the stream
 *   anything else
 *      -> "error ERRNO-NAME text\n", such as "error ENOENT no such domain\n"
 */

#define CONTROL_SOCKET "control" /* in the runtime directory */

#define CONTROL_REQUEST_MAX 128 /* bytes: "sync " and a domain's name fit */

#endif
