/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SNAPSHOT_H
#define CFGWATCH_SNAPSHOT_H

/*
 * The snapshot: the parsed content of one generation in one contiguous, immutable, position
 * independent block: offsets instead of pointers, a hash index over the section ids, all
 * strings NUL-terminated. The same block lives in heap and in a mapped file. The essay is in
 * snapshot.c; what builds one is snapshot_builder.h.
 */

#include "digest.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>

struct snapshot; /* the head of the block */

/*
 * Checks all of a block that somebody else wrote: magic, version, every offset, length,
 * count and index slot, every terminating NUL byte; after that no accessor can leave the
 * block or loop for ever, whatever it holds. -EBADMSG, or -EPROTONOSUPPORT for another
 * layout version.
 */
int snapshot_verify(const void *block, size_t size, const struct snapshot **ret);

/* Writes what is known only when the content is accepted; the block must be one's own. */
void snapshot_stamp(struct snapshot *snapshot, uint64_t epoch, uint64_t generation,
                    uint64_t accepted_usec);

size_t snapshot_size(const struct snapshot *snapshot); /* bytes of the whole block */
uint64_t snapshot_epoch(const struct snapshot *snapshot);
uint64_t snapshot_generation(const struct snapshot *snapshot);
uint64_t snapshot_accepted_usec(const struct snapshot *snapshot); /* CLOCK_REALTIME */
struct digest snapshot_digest(const struct snapshot *snapshot);
const char *snapshot_digest_hex(const struct snapshot *snapshot); /* lent out of the block */
const char *snapshot_domain(const struct snapshot *snapshot);
const char *snapshot_path(const struct snapshot *snapshot);
size_t snapshot_source_size(const struct snapshot *snapshot); /* bytes of the source file */
cfgw_format snapshot_format(const struct snapshot *snapshot); /* ... and how it was read */

size_t snapshot_section_count(const struct snapshot *snapshot);
const cfgw_section *snapshot_section_at(const struct snapshot *snapshot, size_t i);
const cfgw_section *snapshot_find(const struct snapshot *snapshot, const char *name);

/* A section and a property know their own offset, so each is usable without its snapshot. */
const char *section_domain(const cfgw_section *section); /* its snapshot's */
const char *section_name(const cfgw_section *section);
const char *section_type(const cfgw_section *section);
uint32_t section_line(const cfgw_section *section);
size_t section_property_count(const cfgw_section *section);
const cfgw_property *section_property_at(const cfgw_section *section, size_t i);
const cfgw_property *section_property(const cfgw_section *section, const char *key);

const char *property_key(const cfgw_property *property);
const char *property_value(const cfgw_property *property);
uint32_t property_line(const cfgw_property *property);

#endif
