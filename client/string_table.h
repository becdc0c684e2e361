/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_STRING_TABLE_H
#define CFGWATCH_STRING_TABLE_H

/* A buffer of strings, and hash tables of the strings in it. */

#include "util.h"

#include <string.h>

/* A piece of text by pointer and length; it holds no NUL byte. */
struct text {
        const char *data;
        size_t size;
};

/* All of @string, without its NUL byte. */
static inline struct text text_of(const char *string)
{
        return (struct text){string, strlen(string)};
}

/* @text without its first @size bytes. */
static inline struct text text_skip(struct text text, size_t size)
{
        return (struct text){text.data + size, text.size - size};
}

/* NUL-terminated strings one behind the other, by offset. Offset 0 is the empty string. */
struct strings {
        char *data; /* borrowed */
        size_t size, room;
};

/* Strings in the @room bytes at @data, which are at least one. */
struct strings strings_begin(char *data, size_t room);

/* Appends a copy of @text. -EFBIG: there is no room for it, or 32 bits cannot tell where it is. */
int strings_add(struct strings *strings, struct text text, uint32_t *ret_offset);

#define STRING_UNUSED UINT32_MAX

struct string_slot {
        uint32_t hash;
        uint32_t string; /* its offset; STRING_UNUSED: the slot is empty */
        uint32_t value;  /* the owner's; STRING_UNUSED until he sets it */
};

struct string_table {
        struct string_slot *slots;
        size_t count, room; /* room is a power of two */
        uint64_t seed;      /* the hash's: who writes the strings must not know it */
};

int string_table_init(struct string_table *table, uint64_t seed);
void string_table_clear(struct string_table *table);

/*
 * Finds @text in @table, or adds it to @strings and @table. The slot is valid until the next
 * call. -ENOMEM, -EFBIG.
 */
int string_table_intern(struct string_table *table, struct strings *strings, struct text text,
                        struct string_slot **ret);

#endif
