/* SPDX-License-Identifier: MIT */

/*
 * Strings in one buffer, and tables that find a string again.
 *
 * Several tables may share a buffer. A table is open addressing with linear probing, at most
 * half full, so that both finding and adding take constant time on average; its hash is
 * seeded, so that a file cannot be written to make it otherwise.
 */

#include "string_table.h"

#include "hash.h"

#include <errno.h>
#include <string.h>

#define TABLE_ROOM_FIRST 64 /* slots; grows by doubling */

struct strings strings_begin(char *data, size_t room)
{
        data[0] = '\0';
        return (struct strings){.data = data, .size = 1, .room = room};
}

int strings_add(struct strings *strings, struct text text, uint32_t *ret_offset)
{
        size_t offset = strings->size;

        if (text.size == 0) {
                *ret_offset = 0;
                return 0;
        }
        if (text.size >= strings->room - offset || text.size >= STRING_UNUSED - offset)
                return -EFBIG;
        memcpy(strings->data + offset, text.data, text.size);
        strings->data[offset + text.size] = '\0';
        strings->size = offset + text.size + 1;
        *ret_offset = (uint32_t)offset;
        return 0;
}

static struct string_slot *slots_new(size_t room)
{
        struct string_slot *slots = malloc(room * sizeof(*slots));

        if (slots) /* all ones: STRING_UNUSED in every member */
                memset(slots, 0xff, room * sizeof(*slots));
        return slots;
}

int string_table_init(struct string_table *table, uint64_t seed)
{
        struct string_slot *slots = slots_new(TABLE_ROOM_FIRST);

        if (!slots)
                return -ENOMEM;
        *table = (struct string_table){.slots = slots, .room = TABLE_ROOM_FIRST, .seed = seed};
        return 0;
}

void string_table_clear(struct string_table *table)
{
        free(table->slots);
        *table = (struct string_table){.slots = NULL};
}

static struct string_slot *first_unused(struct string_slot *slots, size_t room, uint32_t hash)
{
        size_t i = hash & (room - 1);

        while (slots[i].string != STRING_UNUSED)
                i = (i + 1) & (room - 1);
        return &slots[i];
}

static int string_table_grow(struct string_table *table)
{
        struct string_slot *slots = slots_new(2 * table->room);

        if (!slots)
                return -ENOMEM;
        for (size_t i = 0; i < table->room; i++)
                if (table->slots[i].string != STRING_UNUSED)
                        *first_unused(slots, 2 * table->room, table->slots[i].hash) =
                                table->slots[i];
        free(table->slots);
        table->slots = slots;
        table->room *= 2;
        return 0;
}

static bool same(const struct strings *strings, uint32_t offset, struct text text)
{
        /* The terminating NUL byte keeps strncmp() from running past the stored string. */
        return strncmp(strings->data + offset, text.data, text.size) == 0 &&
               strings->data[offset + text.size] == '\0';
}

static struct string_slot *string_table_find(const struct string_table *table,
                                             const struct strings *strings, struct text text,
                                             uint32_t hash)
{
        size_t i = hash & (table->room - 1);

        for (; table->slots[i].string != STRING_UNUSED; i = (i + 1) & (table->room - 1))
                if (table->slots[i].hash == hash && same(strings, table->slots[i].string, text))
                        return &table->slots[i];
        return NULL;
}

int string_table_intern(struct string_table *table, struct strings *strings, struct text text,
                        struct string_slot **ret)
{
        uint32_t hash = (uint32_t)hash_text(text.data, text.size, table->seed);
        struct string_slot *slot = string_table_find(table, strings, text, hash);
        uint32_t offset;
        int r;

        if (slot) {
                *ret = slot;
                return 0;
        }
        r = table->count < table->room / 2 ? 0 : string_table_grow(table);
        if (r < 0)
                return r;
        r = strings_add(strings, text, &offset);
        if (r < 0)
                return r;
        slot = first_unused(table->slots, table->room, hash);
        slot->hash = hash;
        slot->string = offset;
        table->count++;
        *ret = slot;
        return 0;
}
