/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DAEMON_H
#define CFGWATCH_DAEMON_H

/* The daemon: puts the modules together and runs their loop. The one file that knows libev. */

#include "options.h"

struct daemon;

/*
 * Takes the locks, brings the last good contents back, looks at every file, and only then
 * shows the board and opens the sockets. @options must stay until daemon_free(). On failure
 * the reason was logged.
 */
int daemon_new(const struct options *options, struct daemon **ret);

/* Runs until SIGTERM or SIGINT: 0. On failure the reason was logged. */
int daemon_run(struct daemon *daemon);

/* Says farewell, marks the board STOPPED, frees everything. */
struct daemon *daemon_free(struct daemon *daemon);
DEFINE_CLEANUP(struct daemon *, daemon_free);

#endif
