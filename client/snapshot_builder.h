/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SNAPSHOT_BUILDER_H
#define CFGWATCH_SNAPSHOT_BUILDER_H

/* Builds a snapshot block section by section; any parser can drive it. */

#include "snapshot.h"
#include "string_table.h"

struct snapshot_builder;

int snapshot_builder_new(struct snapshot_builder **ret);
struct snapshot_builder *snapshot_builder_free(struct snapshot_builder *builder);
DEFINE_CLEANUP(struct snapshot_builder *, snapshot_builder_free);

/* Says what the source is read as; section-config where nobody does. */
void snapshot_builder_set_format(struct snapshot_builder *builder, cfgw_format format);

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
 * Makes the block, unstamped (generation 0). free() it. The same calls make the same bytes.
 * -EFBIG: it would not fit 4 GiB.
 */
int snapshot_builder_finish(struct snapshot_builder *builder, const char *domain, const char *path,
                            const struct digest *digest, size_t source_size, struct snapshot **ret);

#endif
