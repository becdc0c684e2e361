/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_LOCK_H
#define CFGWATCH_LOCK_H

/*
 * A small lock for the threads of one process that a forked child finds usable, whoever
 * held it at the fork. The essay is in lock.c. Zeroed memory is a free lock.
 */

#include "util.h"

#include <stdatomic.h>

struct lock {
        _Atomic uint32_t word;
};

void lock_acquire(struct lock *lock);

/* False: another thread of this process has it. */
bool lock_try(struct lock *lock);

void lock_release(struct lock *lock);

static inline void lock_release_p(struct lock **lock)
{
        if (*lock)
                lock_release(*lock);
}

/* Holds @which until the end of the scope. */
#define LOCK_SCOPE(which)                                                                          \
        _cleanup_(lock_release_p) struct lock *scope_lock_ = (which);                              \
        lock_acquire(scope_lock_)

#endif
