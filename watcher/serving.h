/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SERVING_H
#define CFGWATCH_SERVING_H

/* What the daemon answers at the control socket, and how it comes by the answers. */

#include "announcer.h"
#include "options.h"
#include "watch.h"

/* What there is to tell of; all of it must outlive the serving. */
struct served {
        const struct options *options;
        uint64_t started; /* CLOCK_MONOTONIC */
        struct domain *const *domains;
        size_t count;
        const struct announcer *announcer;
        struct watch *const *watch; /* where the daemon's is; NULL there while there is none */
};

struct serving;

/* Opens the control socket, for those who may see what all clients share. */
int serving_new(const struct served *served, struct serving **ret);
struct serving *serving_free(struct serving *serving); /* removes the socket file */
DEFINE_CLEANUP(struct serving *, serving_free);

/* From now on requests are taken from those whom @access lets in. */
int serving_set_access(struct serving *serving, struct access access);

/* As in control.h. */
int serving_fd(const struct serving *serving);
uint64_t serving_deadline(const struct serving *serving);
void serving_dispatch(struct serving *serving, uint64_t now);

/* Answers the syncs of all domains that hold still; to be called after each look. */
void serving_answer_syncs(struct serving *serving);

#endif
