/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_REQUEST_H
#define CFGWATCH_REQUEST_H

/* One line of a peer at the control socket: what it asks for, and how it is refused. */

#include "util.h"

enum request_kind {
        REQUEST_NONE, /* it is none */
        REQUEST_STATUS,
        REQUEST_SYNC,
        REQUEST_HISTORY,
        REQUEST_CONTENT
};

struct request {
        enum request_kind kind;
        char domain[DOMAIN_NAME_MAX + 1]; /* all but REQUEST_STATUS */
        uint64_t number;                  /* REQUEST_HISTORY: entries; _CONTENT: a generation */
};

/*
 * @line is without its end. -EBADMSG: that is no request. -ENOENT: no domain can have such a
 * name. @ret is written all the same, with REQUEST_NONE.
 */
int request_parse(const char *line, struct request *ret);

/* The answer to one that is refused with @error, negative. free() it; NULL without memory. */
char *request_error_line(enum request_kind kind, int error);

#endif
