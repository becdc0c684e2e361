/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_HASH_H
#define CFGWATCH_HASH_H

/* The hash of all tables: XXH3, compiled in so that a lookup pays for no call. */

#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t hash_text(const char *data, size_t size, uint64_t seed)
{
        return XXH3_64bits_withSeed(data, size, seed);
}

#endif
