/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CLIENT_H
#define CFGWATCH_CLIENT_H

/* The client of a process: where the daemon's files are, the board, a view for each domain. */

#include "board.h"
#include "lock.h"

#include <cfgwatch/cfgwatch.h>

struct view;
struct events;

/* How often the board is looked for while there is none that lives. */
#define CLIENT_BOARD_USEC (500 * USEC_PER_MSEC)

#define CLIENT_TTL_MIN_USEC (100 * USEC_PER_MSEC) /* more often would be a busy loop */

struct cfgw_client {
        _Atomic unsigned int references;
        pid_t pid;               /* who made it; the events are his alone */
        char *runtime_directory; /* absolute */
        _Atomic uint64_t ttl_usec;

        struct lock lock;           /* for what follows, but `events` */
        struct board *board;        /* the newest that was found, alive or not; or NULL */
        int board_error;            /* why there is none */
        uint32_t board_change;      /* of it, at the last look for a newer one */
        uint64_t board_look_at;     /* the next such look, while it is not alive */
        struct view *_Atomic views; /* grows at its head only */

        struct events *events; /* of the one thread that runs the event loop */
};

/*
 * The board to go by at @now, with a reference; looks for a newer one if need be. Returns 0
 * and NULL, if there is none: then @ret_error says why. @ret_look_at: the next such look.
 */
struct board *client_board(cfgw_client *client, uint64_t now, int *ret_error,
                           uint64_t *ret_look_at);

/* The view of @domain: made at the first call, lives as long as the client. */
int client_view(cfgw_client *client, const char *domain, struct view **ret);

#endif
