/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_LOOK_H
#define CFGWATCH_LOOK_H

/*
 * One look at a domain's file: what it holds, what came of parsing it, what the domain's guards
 * say of it, and what the settle rule is told. Changes nothing.
 */

#include "domain.h"

struct look {
        struct source source;
        bool absent;          /* there is no file, and the domain takes that for an empty one */
        struct access access; /* SOURCE_READ: who may read it */
        struct snapshot *snapshot; /* NULL: not parsed, or refused */
        cfgw_report *report;       /* NULL: not parsed */
};

#define LOOK_INIT ((struct look){.source = {.data = NULL}})

void look_clear(struct look *look);

/* Reads, and parses what is not the content in force. What fails here is as unreadable. */
void look_at(const struct domain *domain, struct look *ret);

struct settle_observation look_observe(const struct domain *domain, const struct look *look);

#endif
