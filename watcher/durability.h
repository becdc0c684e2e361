/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DURABILITY_H
#define CFGWATCH_DURABILITY_H

/* What a start must have on the disk before anybody hears of it, for all domains together. */

#include "domain.h"

/*
 * So few are synced one by one: that takes less than what else may wait to be written to the file
 * system, which syncfs(2) would wait for.
 */
#define DURABILITY_APART_MAX 64

/*
 * Makes the histories of all domains, below the directory @state, durable. What fails is logged:
 * it may not survive a crash of the machine.
 */
void durability_ensure(struct domain *const *domains, size_t count, int state);

#endif
