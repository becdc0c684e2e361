/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_PROPERTY_STRING_H
#define CFGWATCH_PROPERTY_STRING_H

/*
 * Property strings, `read-only,message="two words"`: elements with a comma between them, each
 * KEY=VALUE or a value alone, which belongs to the schema's default key.
 *
 * The key is what stands before the first `=`, if no comma comes earlier. A value or a lone
 * value that begins with `"` runs to its closing quote, with the escapes \" \\ \n only; a comma
 * or the end must follow. Nothing is trimmed. A comma at the very end adds no element.
 */

#include "reason.h"

struct property_element {
        bool has_key;
        struct text key;   /* if it has one */
        struct text value; /* as it is written, without the quotes */
        bool escaped;      /* the value holds escapes: see property_string_unescape() */
};

/*
 * Takes the next element off @rest. Returns 1, or 0 at the end. -EBADMSG: an open quote, an
 * unknown escape, text behind a quote.
 */
int property_string_next(struct text *rest, struct property_element *ret, struct reason *reason);

/*
 * Finds the element of @key; one without a key has @default_key, which may be NULL. -ENOENT:
 * there is none. -EBADMSG: there is an error before it.
 */
int property_string_find(struct text text, const char *key, const char *default_key,
                         struct property_element *ret);

/*
 * Writes an escaped value in clear to @buffer, with a NUL byte behind it. -ENOBUFS: it is
 * too small; the size of the value as it is written and one is always enough.
 */
int property_string_unescape(struct text value, char *buffer, size_t size, size_t *ret_length);

#endif
