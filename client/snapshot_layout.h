/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SNAPSHOT_LAYOUT_H
#define CFGWATCH_SNAPSHOT_LAYOUT_H

/*
 * The bytes of a snapshot block, for the three files that make, check and read it:
 *
 *   header | sections in file order | properties in file order | index | strings
 *
 * The tables follow each other without a gap, so counts alone decide where everything is.
 * All numbers are in the byte order of the machine: the block never leaves it.
 */

#include "hash.h"
#include "snapshot.h"

#include <string.h>

#define SNAPSHOT_MAGIC UINT64_C(0x50414e5347464347) /* of another machine's order: no match */
#define SNAPSHOT_VERSION 1                          /* rises with every change of this file */
#define SNAPSHOT_ALIGNMENT 8                        /* of the block in memory */
#define SNAPSHOT_SIZE_MAX UINT32_MAX                /* offsets have 32 bits */

struct snapshot {
        uint64_t magic;
        uint32_t version;
        uint32_t header_size;
        uint64_t size; /* of the whole block */
        uint64_t epoch;
        uint64_t generation;
        uint64_t accepted_usec;
        uint64_t source_size;
        uint32_t section_count;
        uint32_t property_count;
        uint32_t slot_count; /* of the index: a power of two, see snapshot_slots_for() */
        uint32_t sections;   /* offsets from here on, all from the start of the block */
        uint32_t properties;
        uint32_t index;
        uint32_t strings;
        uint32_t domain;
        uint32_t path;
        uint32_t format; /* cfgw_format: what the source was read as */
        uint8_t digest[DIGEST_SIZE];
        char digest_hex[DIGEST_HEX_SIZE];
        uint8_t padding[72 - DIGEST_HEX_SIZE]; /* 0 */
};

struct cfgw_section {
        uint32_t self; /* its own offset: leads back to the start of the block */
        uint32_t name;
        uint32_t type;
        uint32_t line;
        uint32_t properties; /* offset of the first one; the others follow it */
        uint32_t property_count;
};

struct cfgw_property {
        uint32_t self;
        uint32_t key;
        uint32_t value;
        uint32_t line;
};

struct snapshot_slot {
        uint32_t tag;     /* the upper half of the name's hash */
        uint32_t section; /* its number + 1; 0: an empty slot, where a search ends */
};

_Static_assert(sizeof(struct snapshot) == 200, "no hidden padding");
_Static_assert(sizeof(struct cfgw_section) == 24, "no hidden padding");
_Static_assert(sizeof(struct cfgw_property) == 16, "no hidden padding");
_Static_assert(sizeof(struct snapshot_slot) == 8, "no hidden padding");

/* Where everything is, in 64 bits so that no count that fits 32 bits can overflow it. */
struct snapshot_layout {
        uint64_t slot_count, sections, properties, index, strings;
};

/* At most half full, so that a search is short; never full, so that it ends. */
static inline uint64_t snapshot_slots_for(uint32_t section_count)
{
        uint64_t slots = 2;

        while (slots < 2 * (uint64_t)section_count)
                slots *= 2;
        return slots;
}

static inline struct snapshot_layout snapshot_layout_of(uint32_t section_count,
                                                        uint32_t property_count)
{
        struct snapshot_layout layout = {.slot_count = snapshot_slots_for(section_count)};

        layout.sections = sizeof(struct snapshot);
        layout.properties = layout.sections + (uint64_t)section_count * sizeof(struct cfgw_section);
        layout.index = layout.properties + (uint64_t)property_count * sizeof(struct cfgw_property);
        layout.strings = layout.index + layout.slot_count * sizeof(struct snapshot_slot);
        return layout;
}

static inline const void *snapshot_at(const struct snapshot *snapshot, uint32_t offset)
{
        return (const char *)snapshot + offset;
}

/* Salted with the content's digest: who writes the file cannot choose names that collide. */
static inline uint64_t snapshot_hash(const struct snapshot *snapshot, const char *name, size_t size)
{
        uint64_t seed;

        memcpy(&seed, snapshot->digest, sizeof(seed));
        return hash_text(name, size, seed);
}

#endif
