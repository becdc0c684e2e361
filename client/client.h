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

/* What client_board() found. */
struct board_look {
        struct board *board; /* with a reference; NULL: there is none */
        int error;           /* why there is none */
        uint32_t change;     /* board_change(), before it was made sure that it is the newest */
        uint64_t look_at;    /* when to look again, while it is not alive */
};

/* The board to go by at @now; looks for a newer one if need be. */
struct board_look client_board(cfgw_client *client, uint64_t now);

/* The view of @domain: made at the first call, lives as long as the client. */
int client_view(cfgw_client *client, const char *domain, struct view **ret);

/*
 * Puts what cfgw_client_set_source() and cfgw_client_set_format() said in the place of @path, which
 * is from malloc() or NULL, and @format. What they did not say stays as it is. -ENOMEM.
 */
int client_source(cfgw_client *client, const char *domain, char **path, cfgw_format *format);

#endif
