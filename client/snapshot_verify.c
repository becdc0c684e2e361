/* SPDX-License-Identifier: MIT */

/*
 * The check of a block that somebody else wrote, so that snapshot.c need not check anything.
 *
 * The block is hostile until the end of snapshot_verify(): each step uses only what the
 * steps before it have proved. The cost is linear in the size of the block, whatever it
 * holds: strings are proved to end by looking at the block's last byte, each begins behind the
 * end of another, so names do not overlap, and the searches of the index share one budget.
 */

#include "snapshot_layout.h"

#include <errno.h>

/*
 * Slots that all searches together may look at, for each section and for the whole. A half
 * full table needs 1.5 for each; a small one may need its count squared.
 */
#define PROBES_PER_SECTION 16
#define PROBES_SPARE 1024

static const char *block_string(const struct snapshot *block, uint32_t offset)
{
        return (const char *)block + offset;
}

/* Whether a string begins at @offset; the end of the block ends every string. */
static bool is_string(const struct snapshot *block, uint32_t offset)
{
        if (offset < block->strings || offset >= block->size)
                return false;
        return offset == block->strings || *block_string(block, offset - 1) == '\0';
}

static int check_head(const struct snapshot *block, size_t size)
{
        if (size < sizeof(*block) || (uintptr_t)block % SNAPSHOT_ALIGNMENT != 0 ||
            block->magic != SNAPSHOT_MAGIC)
                return -EBADMSG;
        if (block->version != SNAPSHOT_VERSION)
                return -EPROTONOSUPPORT;
        if (block->header_size != sizeof(*block) || block->size != size ||
            size > SNAPSHOT_SIZE_MAX || block->format > CFGW_FORMAT_INI)
                return -EBADMSG;
        return 0;
}

/* Proves that the tables lie one behind the other and the strings fill the rest. */
static int check_layout(const struct snapshot *block)
{
        struct snapshot_layout layout =
                snapshot_layout_of(block->section_count, block->property_count);

        if (block->slot_count != layout.slot_count || block->sections != layout.sections ||
            block->properties != layout.properties || block->index != layout.index ||
            block->strings != layout.strings || layout.strings >= block->size)
                return -EBADMSG;
        return 0;
}

static int check_strings(const struct snapshot *block)
{
        char digest_hex[DIGEST_HEX_SIZE];

        if (*block_string(block, (uint32_t)block->size - 1) != '\0' ||
            !utf8_valid(block_string(block, block->strings), block->size - block->strings) ||
            !is_string(block, block->domain) || !is_string(block, block->path))
                return -EBADMSG;
        hex_encode(block->digest, sizeof(block->digest), digest_hex);
        return memcmp(digest_hex, block->digest_hex, sizeof(digest_hex)) == 0 ? 0 : -EBADMSG;
}

/* The sections share the property table out among themselves, in order and without a rest. */
static int check_sections(const struct snapshot *block)
{
        const cfgw_section *sections = snapshot_at(block, block->sections);
        uint64_t properties = block->properties;

        for (uint32_t i = 0; i < block->section_count; i++) {
                const cfgw_section *section = &sections[i];

                if (section->self != block->sections + i * sizeof(*section) ||
                    section->properties != properties || !is_string(block, section->name) ||
                    !is_string(block, section->type))
                        return -EBADMSG;
                properties += (uint64_t)section->property_count * sizeof(cfgw_property);
        }
        return properties == block->index ? 0 : -EBADMSG;
}

static int check_properties(const struct snapshot *block)
{
        const cfgw_property *properties = snapshot_at(block, block->properties);

        for (uint32_t i = 0; i < block->property_count; i++) {
                const cfgw_property *property = &properties[i];

                if (property->self != block->properties + i * sizeof(*property) ||
                    !is_string(block, property->key) || !is_string(block, property->value))
                        return -EBADMSG;
        }
        return 0;
}

/* As many slots in use as there are sections: so half of them are empty, and searches end. */
static int check_slots(const struct snapshot *block)
{
        const struct snapshot_slot *slots = snapshot_at(block, block->index);
        uint32_t used = 0;

        for (uint32_t i = 0; i < block->slot_count; i++) {
                if (slots[i].section > block->section_count)
                        return -EBADMSG;
                if (slots[i].section != 0)
                        used++;
        }
        return used == block->section_count ? 0 : -EBADMSG;
}

/* What snapshot_find() does, on a budget. */
static const cfgw_section *find(const struct snapshot *block, const char *name, uint64_t *budget)
{
        const cfgw_section *sections = snapshot_at(block, block->sections);
        const struct snapshot_slot *slots = snapshot_at(block, block->index);
        uint64_t hash = snapshot_hash(block, name, strlen(name));
        uint32_t mask = block->slot_count - 1;

        for (uint32_t i = (uint32_t)hash & mask; *budget > 0; i = (i + 1) & mask, (*budget)--) {
                const cfgw_section *section;

                if (slots[i].section == 0)
                        return NULL;
                section = &sections[slots[i].section - 1];
                if (slots[i].tag == hash >> 32 &&
                    strcmp(block_string(block, section->name), name) == 0)
                        return section;
        }
        return NULL;
}

/*
 * Each name leads to its own section: none is lost, none is there twice. A name that is
 * shared ends the check at its second use, so all names are measured once at most.
 */
static int check_index(const struct snapshot *block)
{
        const cfgw_section *sections = snapshot_at(block, block->sections);
        uint64_t probes = (uint64_t)block->section_count * PROBES_PER_SECTION + PROBES_SPARE;

        for (uint32_t i = 0; i < block->section_count; i++) {
                const char *name = block_string(block, sections[i].name);

                if (find(block, name, &probes) != &sections[i])
                        return -EBADMSG;
        }
        return 0;
}

int snapshot_verify(const void *data, size_t size, const struct snapshot **ret)
{
        static int (*const checks[])(const struct snapshot *block) = {
                check_layout,     check_strings, check_sections,
                check_properties, check_slots,   check_index,
        };
        const struct snapshot *block = data;
        int r;

        r = check_head(block, size);
        for (size_t i = 0; r == 0 && i < ELEMENTS(checks); i++)
                r = checks[i](block);
        if (r < 0)
                return r;
        *ret = block;
        return 0;
}
