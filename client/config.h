/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CONFIG_H
#define CFGWATCH_CONFIG_H

/*
 * The public config object: a reference-counted owner of one snapshot block, in heap or in a
 * mapped file. Immutable but for its count, which is why the API hands out const pointers.
 */

#include "snapshot.h"

#include <stdatomic.h>

struct cfgw_config {
        _Atomic size_t references;
        const struct snapshot *snapshot;
        size_t map_size; /* the block is a mapping of this size; 0: it is in heap */
};

/* Makes a config of a block in heap, which it owns on success: the last unref frees it. */
int config_new_from_heap(struct snapshot *snapshot, const cfgw_config **ret);

/*
 * Checks the block in @map with snapshot_verify() and makes a config of it, which owns the
 * mapping on success: the last unref unmaps it. Errors of snapshot_verify(); -ENOMEM.
 */
int config_new_from_map(const void *map, size_t map_size, const cfgw_config **ret);

/* The block; valid as long as @config. */
const struct snapshot *config_snapshot(const cfgw_config *config);

DEFINE_CLEANUP(const cfgw_config *, cfgw_config_unref);

#endif
