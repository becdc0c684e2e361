/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_EPOCH_H
#define CFGWATCH_EPOCH_H

/*
 * The epoch: which sequence a generation's number belongs to, in a file beside the entries of a
 * history, with what tells whether some of them may have been lost. The essay is in epoch.c.
 */

#include "files.h"

#define EPOCH_BOOT_SIZE 36 /* characters of a boot's id */

struct epoch {
        uint64_t number;                /* never 0 */
        char boot[EPOCH_BOOT_SIZE + 1]; /* this one; empty: not known */
        bool has_ended; /* the daemon before has stopped in good order: all was durable */
        bool is_marked; /* the file says that it is in use in this boot */
        bool is_loose;  /* ... and that is not known to be durable */
};

/*
 * Finds the epoch in @directory, or begins a new one if there is none, if what belongs to it may
 * have been lost, or if @afresh; and notes that it is in use, which nobody may hear of before
 * epoch_sync(). 1: it is a new one, 0: the old one goes on.
 */
int epoch_open(struct epoch *epoch, int directory, bool afresh);

/* Makes that note durable. If it fails, the epoch counts as not marked from now on. */
int epoch_sync(struct epoch *epoch, int directory);

/* Begins a new one. -errno: it cannot be stored, and nothing has changed. */
int epoch_renew(struct epoch *epoch, int directory);

/* Notes a good end: all that belongs to it is durable. */
int epoch_end(const struct epoch *epoch, int directory);

#endif
