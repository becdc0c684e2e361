/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DURABILITY_H
#define CFGWATCH_DURABILITY_H

/*
 * Makes the histories of all domains durable: at a start before anybody hears of anything, later
 * behind the loop's back. What fails is logged: it may not survive a crash of the machine.
 */

#include "domain.h"

/*
 * So few are synced one by one: that takes less than what else may wait to be written to the file
 * system, which syncfs(2) would wait for.
 */
#define DURABILITY_APART_MAX 64

/* Waits until all that is in the histories, below the directory @state, is durable. */
void durability_ensure(struct domain *const *domains, size_t count, int state);

struct durability;

/*
 * For @domains, which must outlive it. Without a thread to be had it works as well, but each
 * durability_begin() waits for the disk.
 */
int durability_new(struct domain *const *domains, size_t count, struct durability **ret);
struct durability *durability_free(struct durability *durability); /* waits for what has begun */
DEFINE_CLEANUP(struct durability *, durability_free);

/* To be called when domain @i has a new entry and everybody has been told. */
void durability_begin(struct durability *durability, size_t i);

/* Readable when durability_dispatch() has something to do; -1: it never has. */
int durability_fd(const struct durability *durability);
void durability_dispatch(struct durability *durability);

#endif
