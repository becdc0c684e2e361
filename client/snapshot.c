/* SPDX-License-Identifier: MIT */

/*
 * The snapshot block: reading it.
 *
 * One generation's content is one block of memory: a header, the sections in file order, the
 * properties in file order (those of a section side by side), a hash index over the section
 * names, and the strings, each with its NUL byte. Everything points by 32-bit offsets from
 * the start of the block, so the same bytes work in heap, in a file and in any mapping.
 *
 * Invariants, made by snapshot_builder.c and checked by snapshot_verify.c for a block of
 * somebody else:
 *   - every offset that a section, a property or the header holds is the first byte of a
 *     string that ends inside of the block;
 *   - a section and a property hold their own offset, so a pointer to one is a handle;
 *   - the index holds every section once, has an empty slot, and a search for the name of
 *     section i finds section i.
 * Hence nothing in this file checks anything: it may only be given such blocks.
 *
 * Who may change what: the builder fills a block of its own; snapshot_stamp() writes the
 * numbers that are known only at the acceptance, before anybody else sees the block. After
 * that it is immutable, and any number of threads and processes may read it without a lock.
 */

#include "snapshot_layout.h"

void snapshot_stamp(struct snapshot *snapshot, uint64_t epoch, uint64_t generation,
                    uint64_t accepted_usec)
{
        snapshot->epoch = epoch;
        snapshot->generation = generation;
        snapshot->accepted_usec = accepted_usec;
}

size_t snapshot_size(const struct snapshot *snapshot)
{
        return snapshot->size;
}

uint64_t snapshot_epoch(const struct snapshot *snapshot)
{
        return snapshot->epoch;
}

uint64_t snapshot_generation(const struct snapshot *snapshot)
{
        return snapshot->generation;
}

uint64_t snapshot_accepted_usec(const struct snapshot *snapshot)
{
        return snapshot->accepted_usec;
}

struct digest snapshot_digest(const struct snapshot *snapshot)
{
        struct digest digest;

        memcpy(digest.bytes, snapshot->digest, sizeof(digest.bytes));
        return digest;
}

const char *snapshot_digest_hex(const struct snapshot *snapshot)
{
        return snapshot->digest_hex;
}

const char *snapshot_domain(const struct snapshot *snapshot)
{
        return snapshot_at(snapshot, snapshot->domain);
}

const char *snapshot_path(const struct snapshot *snapshot)
{
        return snapshot_at(snapshot, snapshot->path);
}

size_t snapshot_source_size(const struct snapshot *snapshot)
{
        return snapshot->source_size;
}

cfgw_format snapshot_format(const struct snapshot *snapshot)
{
        return (cfgw_format)snapshot->format;
}

size_t snapshot_section_count(const struct snapshot *snapshot)
{
        return snapshot->section_count;
}

const cfgw_section *snapshot_section_at(const struct snapshot *snapshot, size_t i)
{
        const cfgw_section *sections = snapshot_at(snapshot, snapshot->sections);

        return i < snapshot->section_count ? &sections[i] : NULL;
}

const cfgw_section *snapshot_find(const struct snapshot *snapshot, const char *name)
{
        const cfgw_section *sections = snapshot_at(snapshot, snapshot->sections);
        const struct snapshot_slot *slots = snapshot_at(snapshot, snapshot->index);
        uint64_t hash = snapshot_hash(snapshot, name, strlen(name));
        uint32_t mask = snapshot->slot_count - 1;

        for (uint32_t i = (uint32_t)hash & mask; slots[i].section != 0; i = (i + 1) & mask) {
                const cfgw_section *section = &sections[slots[i].section - 1];

                if (slots[i].tag == hash >> 32 &&
                    strcmp(snapshot_at(snapshot, section->name), name) == 0)
                        return section;
        }
        return NULL;
}

static const char *section_string(const cfgw_section *section, uint32_t offset)
{
        return (const char *)section - section->self + offset;
}

const char *section_domain(const cfgw_section *section)
{
        return snapshot_domain((const void *)section_string(section, 0));
}

const char *section_name(const cfgw_section *section)
{
        return section_string(section, section->name);
}

const char *section_type(const cfgw_section *section)
{
        return section_string(section, section->type);
}

uint32_t section_line(const cfgw_section *section)
{
        return section->line;
}

size_t section_property_count(const cfgw_section *section)
{
        return section->property_count;
}

static const cfgw_property *section_properties(const cfgw_section *section)
{
        return (const void *)section_string(section, section->properties);
}

const cfgw_property *section_property_at(const cfgw_section *section, size_t i)
{
        return i < section->property_count ? &section_properties(section)[i] : NULL;
}

/* A section has few properties: comparing them one by one beats any index. */
const cfgw_property *section_property(const cfgw_section *section, const char *key)
{
        const cfgw_property *properties = section_properties(section);

        for (size_t i = 0; i < section->property_count; i++)
                if (strcmp(section_string(section, properties[i].key), key) == 0)
                        return &properties[i];
        return NULL;
}

static const char *property_string(const cfgw_property *property, uint32_t offset)
{
        return (const char *)property - property->self + offset;
}

const char *property_key(const cfgw_property *property)
{
        return property_string(property, property->key);
}

const char *property_value(const cfgw_property *property)
{
        return property_string(property, property->value);
}

uint32_t property_line(const cfgw_property *property)
{
        return property->line;
}
