/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_HISTORY_ENTRY_H
#define CFGWATCH_HISTORY_ENTRY_H

/* The entries of a history one by one, for those who ask what was. None of it is parsed. */

#include "digest.h"
#include "history.h"

struct history_entry {
        uint64_t generation;
        uint64_t accepted_usec; /* CLOCK_REALTIME */
        size_t size;
        bool damaged;         /* nothing tells any more what it should be */
        struct digest digest; /* as noted when it was accepted; what is there may differ */
        struct access access; /* who could read it then */
};

/* The newest entries, that first, @max at most. free() them. */
int history_entry_list(const struct history *history, size_t max, struct history_entry **ret,
                       size_t *ret_count);

/*
 * Opens the content of @generation for reading. -ENOENT: it is not kept (any more). -EBADMSG:
 * it is damaged; but whoever reads it must compare the digest even so.
 */
int history_entry_open(const struct history *history, uint64_t generation,
                       struct history_entry *ret, int *ret_fd);

#endif
