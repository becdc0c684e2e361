/* SPDX-License-Identifier: MIT */

/*
 * Builds a snapshot block, in its place from the start: one allocation, as large as the bounds
 * say, with each table where it will be if they are exact, which they are for a file without
 * oddities. So nothing grows, nothing is copied, and the peak of memory is the block itself;
 * of what the bounds were too high by, the kernel never has to find a page.
 *
 * A section that is replaced stays in its table, marked by line 0, and the one that replaces it
 * takes over its slot in the index. If in the end there are marked ones, or less than the bounds
 * said, close_gaps() moves all tables together and makes the index anew. Strings of what was
 * replaced stay: they are too few to be worth a second pass.
 *
 * Types and keys repeat in every section and are kept once: `words` finds them, and has, for
 * each key, the section that used it last, so that a second use shows. Values are not looked
 * for. Every step takes constant time.
 *
 * While it is built the block's offsets count from its start, as they will in the end, and
 * strings count from where the strings begin.
 */

#include "snapshot_builder.h"

#include "snapshot_layout.h"

#include <errno.h>

struct snapshot_builder {
        struct snapshot *block;
        struct snapshot_bounds bounds;
        struct strings strings;    /* in the block */
        struct string_table words; /* types and keys; value: the last section with that key */
        uint32_t replaced, replaced_line;
};

struct snapshot_builder *snapshot_builder_free(struct snapshot_builder *builder)
{
        if (!builder)
                return NULL;
        string_table_clear(&builder->words);
        free(builder->block);
        free(builder);
        return NULL;
}

static cfgw_section *section_at(const struct snapshot *block, uint32_t i)
{
        cfgw_section *sections = (void *)((char *)block + block->sections);

        return &sections[i];
}

static cfgw_property *property_at(const struct snapshot *block, uint32_t i)
{
        cfgw_property *properties = (void *)((char *)block + block->properties);

        return &properties[i];
}

static struct snapshot_slot *slot_at(const struct snapshot *block, uint32_t i)
{
        struct snapshot_slot *slots = (void *)((char *)block + block->index);

        return &slots[i];
}

static void set_layout(struct snapshot *block, const struct snapshot_layout *layout)
{
        block->slot_count = (uint32_t)layout->slot_count;
        block->sections = (uint32_t)layout->sections;
        block->properties = (uint32_t)layout->properties;
        block->index = (uint32_t)layout->index;
        block->strings = (uint32_t)layout->strings;
        memset(slot_at(block, 0), 0, layout->strings - layout->index);
}

static int make_block(struct snapshot_builder *builder, const struct snapshot_origin *origin)
{
        const struct snapshot_bounds *bounds = &builder->bounds;
        struct snapshot_layout layout;
        struct snapshot *block;
        size_t room;

        if (bounds->sections >= SNAPSHOT_SIZE_MAX || bounds->properties >= SNAPSHOT_SIZE_MAX ||
            bounds->text >= SNAPSHOT_SIZE_MAX)
                return -EFBIG;
        layout = snapshot_layout_of((uint32_t)bounds->sections, (uint32_t)bounds->properties);
        room = bounds->text + strlen(origin->domain) + strlen(origin->path) + 3;
        if (layout.strings + room > SNAPSHOT_SIZE_MAX)
                return -EFBIG;
        block = builder->block = malloc(layout.strings + room);
        if (!block)
                return -ENOMEM;
        *block = (struct snapshot){
                .magic = SNAPSHOT_MAGIC,
                .version = SNAPSHOT_VERSION,
                .header_size = sizeof(*block),
                .source_size = origin->size,
                .format = origin->format,
        };
        memcpy(block->digest, origin->digest.bytes, sizeof(block->digest));
        hex_encode(block->digest, sizeof(block->digest), block->digest_hex);
        set_layout(block, &layout);
        builder->strings = strings_begin((char *)block + block->strings, room);
        return 0;
}

static int add_string(struct snapshot_builder *builder, const char *string, uint32_t *ret)
{
        return strings_add(&builder->strings, text_of(string), ret);
}

int snapshot_builder_new(const struct snapshot_origin *origin, const struct snapshot_bounds *bounds,
                         struct snapshot_builder **ret)
{
        _cleanup_(snapshot_builder_free_p) struct snapshot_builder *builder = NULL;
        uint64_t seed;
        int r;

        builder = calloc(1, sizeof(*builder));
        if (!builder)
                return -ENOMEM;
        builder->bounds = *bounds;
        r = make_block(builder, origin);
        if (r == 0)
                r = add_string(builder, origin->domain, &builder->block->domain);
        if (r == 0)
                r = add_string(builder, origin->path, &builder->block->path);
        if (r < 0)
                return r;
        /* As the index: who writes the file cannot choose keys that collide. */
        memcpy(&seed, origin->digest.bytes + sizeof(seed), sizeof(seed));
        r = string_table_init(&builder->words, seed);
        if (r < 0)
                return r;
        *ret = STEAL(builder);
        return 0;
}

/* ------------------------------------------------------------------------- sections */

static bool is_name(const struct snapshot_builder *builder, const cfgw_section *section,
                    struct text name)
{
        const char *string = builder->strings.data + section->name;

        /* The terminating NUL byte keeps strncmp() from running past the string. */
        return strncmp(string, name.data, name.size) == 0 && string[name.size] == '\0';
}

/* The slot of the section @name, or the empty one where it belongs. */
static struct snapshot_slot *find_slot(const struct snapshot_builder *builder, struct text name,
                                       uint64_t hash)
{
        const struct snapshot *block = builder->block;
        uint32_t mask = block->slot_count - 1, i = (uint32_t)hash & mask;

        for (;; i = (i + 1) & mask) {
                struct snapshot_slot *slot = slot_at(block, i);

                if (slot->section == 0 ||
                    (slot->tag == hash >> 32 &&
                     is_name(builder, section_at(block, slot->section - 1), name)))
                        return slot;
        }
}

/* Has the slot of @name lead to the section begun last; a section that it led to is replaced. */
static int take_slot(struct snapshot_builder *builder, struct text name, cfgw_section *section)
{
        struct snapshot *block = builder->block;
        uint64_t hash = snapshot_hash(block, name.data, name.size);
        struct snapshot_slot *slot = find_slot(builder, name, hash);

        builder->replaced_line = 0;
        if (slot->section != 0) {
                cfgw_section *before = section_at(block, slot->section - 1);

                builder->replaced_line = before->line;
                builder->replaced++;
                before->line = 0;
                section->name = before->name;
        } else {
                int r = strings_add(&builder->strings, name, &section->name);

                if (r < 0)
                        return r;
        }
        slot->tag = (uint32_t)(hash >> 32);
        slot->section = block->section_count + 1;
        return 0;
}

int snapshot_builder_section(struct snapshot_builder *builder, struct text type, struct text name,
                             uint32_t line)
{
        struct snapshot *block = builder->block;
        cfgw_section *section;
        struct string_slot *word;
        int r;

        if (block->section_count >= builder->bounds.sections)
                return -EFBIG;
        r = string_table_intern(&builder->words, &builder->strings, type, &word);
        if (r < 0)
                return r;
        section = section_at(block, block->section_count);
        section->self = block->sections + block->section_count * (uint32_t)sizeof(*section);
        section->type = word->string;
        section->line = line;
        section->properties =
                block->properties + block->property_count * (uint32_t)sizeof(cfgw_property);
        section->property_count = 0;
        r = take_slot(builder, name, section);
        if (r == 0)
                block->section_count++;
        return r;
}

uint32_t snapshot_builder_replaced_line(const struct snapshot_builder *builder)
{
        return builder->replaced_line;
}

int snapshot_builder_property(struct snapshot_builder *builder, struct text key, struct text value,
                              uint32_t line)
{
        struct snapshot *block = builder->block;
        uint32_t number = block->section_count - 1;
        cfgw_property *property;
        struct string_slot *word;
        int r;

        if (block->section_count == 0)
                return -EINVAL;
        if (block->property_count >= builder->bounds.properties)
                return -EFBIG;
        r = string_table_intern(&builder->words, &builder->strings, key, &word);
        if (r < 0)
                return r;
        if (word->value == number)
                return -EEXIST;
        property = property_at(block, block->property_count);
        r = strings_add(&builder->strings, value, &property->value);
        if (r < 0)
                return r;
        property->self = block->properties + block->property_count * (uint32_t)sizeof(*property);
        property->key = word->string;
        property->line = line;
        word->value = number;
        block->property_count++;
        section_at(block, number)->property_count++;
        return 0;
}

/* --------------------------------------------------------------------------- the end */

static uint32_t first_property(const struct snapshot *block, const cfgw_section *section)
{
        return (section->properties - block->properties) / (uint32_t)sizeof(cfgw_property);
}

/* Moves what was not replaced to the front of its table; offsets are told later. */
static void drop_replaced(struct snapshot *block)
{
        uint32_t sections = 0, properties = 0;

        for (uint32_t i = 0; i < block->section_count; i++) {
                cfgw_section section = *section_at(block, i);

                if (section.line == 0)
                        continue;
                memmove(property_at(block, properties),
                        property_at(block, first_property(block, &section)),
                        section.property_count * sizeof(cfgw_property));
                *section_at(block, sections++) = section;
                properties += section.property_count;
        }
        block->section_count = sections;
        block->property_count = properties;
}

/* Tells sections and properties where they are now. */
static void tell_places(struct snapshot *block)
{
        uint32_t properties = block->properties;

        for (uint32_t i = 0; i < block->section_count; i++) {
                cfgw_section *section = section_at(block, i);

                section->self = block->sections + i * (uint32_t)sizeof(*section);
                section->properties = properties;
                properties += section->property_count * (uint32_t)sizeof(cfgw_property);
        }
        for (uint32_t i = 0; i < block->property_count; i++)
                property_at(block, i)->self =
                        block->properties + i * (uint32_t)sizeof(cfgw_property);
}

static void make_index(const struct snapshot_builder *builder)
{
        const struct snapshot *block = builder->block;

        for (uint32_t i = 0; i < block->section_count; i++) {
                const char *string = builder->strings.data + section_at(block, i)->name;
                struct text name = {string, strlen(string)};
                uint64_t hash = snapshot_hash(block, name.data, name.size);
                struct snapshot_slot *slot = find_slot(builder, name, hash);

                slot->tag = (uint32_t)(hash >> 32);
                slot->section = i + 1;
        }
}

/*
 * Moves the tables together: down, so each in its turn from the front. The index between
 * properties and strings is made anew, when the strings are out of its way.
 */
static void close_gaps(struct snapshot_builder *builder)
{
        struct snapshot *block = builder->block;
        struct snapshot_layout layout;
        const cfgw_property *properties;

        drop_replaced(block);
        layout = snapshot_layout_of(block->section_count, block->property_count);
        properties = property_at(block, 0);
        memmove((char *)block + layout.properties, properties,
                block->property_count * sizeof(*properties));
        memmove((char *)block + layout.strings, builder->strings.data, builder->strings.size);
        builder->strings.data = (char *)block + layout.strings;
        set_layout(block, &layout);
        tell_places(block);
        make_index(builder);
}

/* Turns offsets within the strings into offsets within the block. */
static void place_strings(struct snapshot *block)
{
        uint32_t strings = block->strings;

        block->domain += strings;
        block->path += strings;
        for (uint32_t i = 0; i < block->section_count; i++) {
                cfgw_section *section = section_at(block, i);

                section->name += strings;
                section->type += strings;
        }
        for (uint32_t i = 0; i < block->property_count; i++) {
                cfgw_property *property = property_at(block, i);

                property->key += strings;
                property->value += strings;
        }
}

struct snapshot *snapshot_builder_finish(struct snapshot_builder *builder)
{
        struct snapshot *block = builder->block, *shrunk;

        if (builder->replaced > 0 || block->section_count < builder->bounds.sections ||
            block->property_count < builder->bounds.properties)
                close_gaps(builder);
        builder->block = NULL;
        place_strings(block);
        block->size = block->strings + builder->strings.size;
        shrunk = realloc(block, block->size);
        return shrunk ? shrunk : block;
}
