/* SPDX-License-Identifier: MIT */

/*
 * Builds a snapshot block.
 *
 * While the parser runs, sections and properties are collected in two arrays that grow by
 * doubling, and all text in one buffer; they refer to it by offset. Types and keys repeat in
 * every section and are kept once; values are not looked for. Two tables see to it that every
 * step takes constant time: `names` finds the earlier section of the same name, and
 * `words` has, for each key, the section that used it last, so that a second use shows.
 *
 * A section that is replaced stays in the arrays, marked, until finish() leaves it out. Its
 * strings stay in the block: they are too few to be worth a second pass.
 *
 * finish() knows all counts, takes one allocation of the exact size, and turns the offsets
 * within the buffer into offsets within the block.
 */

#include "snapshot_builder.h"

#include "snapshot_layout.h"

#include <errno.h>
#include <sys/random.h>

#define ROOM_FIRST 64 /* elements of an array; grows by doubling */

struct section {
        uint32_t name, type, line;
        uint32_t first, count; /* its properties */
        bool replaced;
};

struct property {
        uint32_t key, value, line;
};

struct snapshot_builder {
        struct strings strings;
        struct string_table names; /* value: the section's number */
        struct string_table words; /* types and keys; value: the last section with that key */
        struct section *sections;
        size_t section_count, section_room;
        struct property *properties;
        size_t property_count, property_room;
        uint32_t replaced_line;
        cfgw_format format;
};

struct snapshot_builder *snapshot_builder_free(struct snapshot_builder *builder)
{
        if (!builder)
                return NULL;
        strings_clear(&builder->strings);
        string_table_clear(&builder->names);
        string_table_clear(&builder->words);
        free(builder->sections);
        free(builder->properties);
        free(builder);
        return NULL;
}

/* Without any entropy the tables still work, they are merely predictable. */
static uint64_t random_seed(void)
{
        uint64_t seed = 0;

        if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
                return 0;
        return seed;
}

int snapshot_builder_new(struct snapshot_builder **ret)
{
        _cleanup_(snapshot_builder_free_p) struct snapshot_builder *builder = NULL;
        uint64_t seed = random_seed();

        builder = calloc(1, sizeof(*builder));
        if (!builder || strings_init(&builder->strings) < 0 ||
            string_table_init(&builder->names, seed) < 0 ||
            string_table_init(&builder->words, seed) < 0)
                return -ENOMEM;
        *ret = STEAL(builder);
        return 0;
}

void snapshot_builder_set_format(struct snapshot_builder *builder, cfgw_format format)
{
        builder->format = format;
}

/* Makes room for one more element; @array is where the array's pointer is. */
static int reserve_one(void *array, size_t count, size_t *room, size_t size)
{
        size_t more = *room > 0 ? 2 * *room : ROOM_FIRST;
        void *elements;

        if (count < *room)
                return 0;
        if (count >= STRING_UNUSED)
                return -EFBIG;
        memcpy(&elements, array, sizeof(elements)); /* whatever its type is */
        elements = reallocarray(elements, more, size);
        if (!elements)
                return -ENOMEM;
        memcpy(array, &elements, sizeof(elements));
        *room = more;
        return 0;
}

int snapshot_builder_section(struct snapshot_builder *builder, struct text type, struct text name,
                             uint32_t line)
{
        struct section section = {.line = line, .first = (uint32_t)builder->property_count};
        struct string_slot *slot;
        int r;

        r = reserve_one(&builder->sections, builder->section_count, &builder->section_room,
                        sizeof(section));
        if (r < 0)
                return r;
        r = string_table_intern(&builder->words, &builder->strings, type, &slot);
        if (r < 0)
                return r;
        section.type = slot->string;
        r = string_table_intern(&builder->names, &builder->strings, name, &slot);
        if (r < 0)
                return r;
        section.name = slot->string;
        builder->replaced_line = 0;
        if (slot->value != STRING_UNUSED) {
                builder->sections[slot->value].replaced = true;
                builder->replaced_line = builder->sections[slot->value].line;
        }
        slot->value = (uint32_t)builder->section_count;
        builder->sections[builder->section_count++] = section;
        return 0;
}

uint32_t snapshot_builder_replaced_line(const struct snapshot_builder *builder)
{
        return builder->replaced_line;
}

int snapshot_builder_property(struct snapshot_builder *builder, struct text key, struct text value,
                              uint32_t line)
{
        struct property property = {.line = line};
        uint32_t number = (uint32_t)builder->section_count - 1;
        struct string_slot *slot;
        int r;

        if (builder->section_count == 0)
                return -EINVAL;
        r = reserve_one(&builder->properties, builder->property_count, &builder->property_room,
                        sizeof(property));
        if (r < 0)
                return r;
        r = string_table_intern(&builder->words, &builder->strings, key, &slot);
        if (r < 0)
                return r;
        if (slot->value == number)
                return -EEXIST;
        property.key = slot->string;
        r = strings_add(&builder->strings, value, &property.value);
        if (r < 0)
                return r;
        slot->value = number;
        builder->properties[builder->property_count++] = property;
        builder->sections[number].count++;
        return 0;
}

/* The counts of what has not been replaced. */
static void count_live(const struct snapshot_builder *builder, uint32_t *ret_sections,
                       uint32_t *ret_properties)
{
        uint32_t sections = 0, properties = 0;

        for (size_t i = 0; i < builder->section_count; i++) {
                if (builder->sections[i].replaced)
                        continue;
                sections++;
                properties += builder->sections[i].count;
        }
        *ret_sections = sections;
        *ret_properties = properties;
}

/* An empty block for what the builder holds: header and strings are in place. */
static int make_block(const struct snapshot_builder *builder, struct snapshot **ret)
{
        uint32_t section_count, property_count;
        struct snapshot_layout layout;
        struct snapshot *block;
        uint64_t size;

        count_live(builder, &section_count, &property_count);
        layout = snapshot_layout_of(section_count, property_count);
        size = layout.strings + builder->strings.size;
        if (size > SNAPSHOT_SIZE_MAX)
                return -EFBIG;
        block = malloc(size);
        if (!block)
                return -ENOMEM;
        memset(block, 0, layout.strings);
        block->magic = SNAPSHOT_MAGIC;
        block->version = SNAPSHOT_VERSION;
        block->header_size = sizeof(*block);
        block->size = size;
        block->section_count = section_count;
        block->property_count = property_count;
        block->slot_count = (uint32_t)layout.slot_count;
        block->sections = (uint32_t)layout.sections;
        block->properties = (uint32_t)layout.properties;
        block->index = (uint32_t)layout.index;
        block->strings = (uint32_t)layout.strings;
        memcpy((char *)block + block->strings, builder->strings.data, builder->strings.size);
        *ret = block;
        return 0;
}

static void add_to_index(struct snapshot *block, uint32_t number, const char *name)
{
        struct snapshot_slot *slots = (void *)((char *)block + block->index);
        uint64_t hash = snapshot_hash(block, name, strlen(name));
        uint32_t mask = block->slot_count - 1, i = (uint32_t)hash & mask;

        while (slots[i].section != 0)
                i = (i + 1) & mask;
        slots[i].tag = (uint32_t)(hash >> 32);
        slots[i].section = number + 1;
}

static void fill_properties(const struct snapshot_builder *builder, const struct section *from,
                            struct snapshot *block, uint32_t offset)
{
        for (uint32_t i = 0; i < from->count; i++, offset += sizeof(cfgw_property)) {
                const struct property *property = &builder->properties[from->first + i];
                struct cfgw_property *to = (void *)((char *)block + offset);

                to->self = offset;
                to->key = block->strings + property->key;
                to->value = block->strings + property->value;
                to->line = property->line;
        }
}

/* Fills the tables; the index needs the digest in its place. */
static void fill_sections(const struct snapshot_builder *builder, struct snapshot *block)
{
        uint32_t offset = block->sections, properties = block->properties, number = 0;

        for (size_t i = 0; i < builder->section_count; i++) {
                const struct section *from = &builder->sections[i];
                struct cfgw_section *to = (void *)((char *)block + offset);

                if (from->replaced)
                        continue;
                to->self = offset;
                to->name = block->strings + from->name;
                to->type = block->strings + from->type;
                to->line = from->line;
                to->properties = properties;
                to->property_count = from->count;
                fill_properties(builder, from, block, properties);
                add_to_index(block, number++, builder->strings.data + from->name);
                offset += (uint32_t)sizeof(*to);
                properties += from->count * (uint32_t)sizeof(cfgw_property);
        }
}

int snapshot_builder_finish(struct snapshot_builder *builder, const char *domain, const char *path,
                            const struct digest *digest, size_t source_size, struct snapshot **ret)
{
        uint32_t domain_offset, path_offset;
        struct snapshot *block;
        int r;

        r = strings_add(&builder->strings, (struct text){domain, strlen(domain)}, &domain_offset);
        if (r < 0)
                return r;
        r = strings_add(&builder->strings, (struct text){path, strlen(path)}, &path_offset);
        if (r < 0)
                return r;
        r = make_block(builder, &block);
        if (r < 0)
                return r;
        block->source_size = source_size;
        block->format = builder->format;
        block->domain = block->strings + domain_offset;
        block->path = block->strings + path_offset;
        memcpy(block->digest, digest->bytes, sizeof(block->digest));
        hex_encode(block->digest, sizeof(block->digest), block->digest_hex);
        fill_sections(builder, block);
        *ret = block;
        return 0;
}
