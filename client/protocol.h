/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_PROTOCOL_H
#define CFGWATCH_PROTOCOL_H

/*
 * What daemon and library say to each other at the control socket, RUNTIME/control: AF_UNIX,
 * SOCK_STREAM, one request a connection. No line of a request is longer than this allows.
 *
 *   "sync DOMAIN\n"
 *      -> "ok GENERATION\n", the generation in force after a fresh look
 *   "status\n"
 *      -> "ok\n" and a JSON object in one line: without its end, it did not come whole
 *   "history DOMAIN COUNT\n"
 *      -> the same: the newest COUNT entries of the history, but no more than there may be
 *   "content DOMAIN GENERATION\n"
 *      -> "ok SIZE DIGEST EPOCH ACCEPTED_USEC FORMAT LENGTH\n", then the path of the file, which
 *         is of LENGTH bytes, whatever is in it, then what was accepted: SIZE bytes whose SHA-256
 *         was DIGEST, and the end of the stream; if it comes before, the daemon could not go
 *         on. EPOCH in 16 hexadecimal digits; FORMAT by its name, that files of the domain have now
 *   anything else
 *      -> "error ERRNO-NAME text\n", such as "error ENOENT no such domain\n"
 *
 * Who takes nothing of his answer for half a minute loses it, and sooner where others need his
 * place.
 */

#define CONTROL_SOCKET "control" /* in the runtime directory */

#define CONTROL_REQUEST_MAX 128 /* bytes: a word, a domain's name and a number fit */
/* Entries in one answer, some hundred kilobytes: 1000, and the one before, to see what changed. */
#define CONTROL_HISTORY_MAX 1001

#endif
