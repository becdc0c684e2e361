/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SNAPSHOT_BUILDER_H
#define CFGWATCH_SNAPSHOT_BUILDER_H

/* Builds a snapshot block section by section; any parser can drive it. */

#include "snapshot.h"
#include "string_table.h"

/* What the snapshot is of; @domain and @path are copied. */
struct snapshot_origin {
        const char *domain, *path;
        struct digest digest;
        size_t size; /* bytes of the source */
        cfgw_format format;
};

/*
 * How much there may be. More of it is -EFBIG; what is not used in the end costs time to close
 * the gaps, and address space, but no memory.
 */
struct snapshot_bounds {
        size_t sections, properties;
        size_t text; /* bytes of all ids, types, keys and values, and one more for each */
};

struct snapshot_builder;

int snapshot_builder_new(const struct snapshot_origin *origin, const struct snapshot_bounds *bounds,
                         struct snapshot_builder **ret);
struct snapshot_builder *snapshot_builder_free(struct snapshot_builder *builder);
DEFINE_CLEANUP(struct snapshot_builder *, snapshot_builder_free);

/* All texts are copied. */

/* Begins a section. A name that was there already replaces the earlier section as a whole. */
int snapshot_builder_section(struct snapshot_builder *builder, struct text type, struct text name,
                             uint32_t line);

/* The line of the section that the one begun last has replaced; 0: it replaced none. */
uint32_t snapshot_builder_replaced_line(const struct snapshot_builder *builder);

/* Adds a property to the section begun last; -EEXIST if it has this key already. */
int snapshot_builder_property(struct snapshot_builder *builder, struct text key, struct text value,
                              uint32_t line);

/*
 * Gives the block, unstamped (generation 0), once: free() it. The same calls make the same bytes,
 * whatever the bounds were.
 */
struct snapshot *snapshot_builder_finish(struct snapshot_builder *builder);

#endif
