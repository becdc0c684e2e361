/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DAEMON_STATUS_H
#define CFGWATCH_DAEMON_STATUS_H

/* What the daemon tells of itself: the JSON of `status`, and systemd's status line. */

#include "domain.h"

/* What daemon.c knows and the domains do not. */
struct daemon_facts {
        const char *runtime_directory;
        const char *state_directory;
        uint64_t uptime_usec;
        struct access audience; /* who may hear this */
        bool has_inotify;
        pid_t publisher_pid; /* 0: it is down */
        uint64_t publisher_restarts;
};

/* The JSON object that cfgwatch(1) documents. free() it; NULL without memory. */
char *daemon_status_json(const struct daemon_facts *facts, struct domain *const *domains,
                         size_t count);

/*
 * One line for the service manager: how many domains there are and which are not valid. It shows
 * that to every user. free() it; NULL without memory.
 */
char *daemon_status_line(struct domain *const *domains, size_t count);

/*
 * The newest @count entries of the domain's history: the JSON object that cfgwatch(1)
 * documents, less what the tool adds. free() it. -ENOMEM, or the history cannot be read.
 */
int daemon_status_history(const struct domain *domain, size_t count, char **ret);

#endif
