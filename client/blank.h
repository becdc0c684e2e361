/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_BLANK_H
#define CFGWATCH_BLANK_H

/* White space as Unicode has it (White_Space), in UTF-8, at the ends of a text. */

#include "string_table.h"

/* Of the three-byte characters E2 80 xx: U+2000 to U+200A, U+2028, U+2029, U+202F. */
static inline bool is_general_blank(uint8_t last)
{
        return (last >= 0x80 && last <= 0x8a) || last == 0xa8 || last == 0xa9 || last == 0xaf;
}

static inline bool is_blank_2(const uint8_t *at)
{
        return at[0] == 0xc2 && (at[1] == 0x85 || at[1] == 0xa0); /* U+0085, U+00A0 */
}

static inline bool is_blank_3(const uint8_t *at)
{
        switch (at[0]) {
        case 0xe1:
                return at[1] == 0x9a && at[2] == 0x80; /* U+1680 */
        case 0xe2:
                return (at[1] == 0x80 && is_general_blank(at[2])) ||
                       (at[1] == 0x81 && at[2] == 0x9f); /* U+205F */
        case 0xe3:
                return at[1] == 0x80 && at[2] == 0x80; /* U+3000 */
        default:
                return false;
        }
}

/* The bytes of the white space character that @text begins with; 0: of none. */
static inline size_t blank_at_start(struct text text)
{
        const uint8_t *at = (const uint8_t *)text.data;

        if (text.size >= 1 && (at[0] == ' ' || (at[0] >= '\t' && at[0] <= '\r')))
                return 1;
        if (text.size >= 2 && is_blank_2(at))
                return 2;
        return text.size >= 3 && is_blank_3(at) ? 3 : 0;
}

/* The same for its end. A lead byte is never a later byte, so looking backwards is safe. */
static inline size_t blank_at_end(struct text text)
{
        const uint8_t *end = (const uint8_t *)text.data + text.size;

        if (text.size >= 1 && (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r')))
                return 1;
        if (text.size >= 2 && is_blank_2(end - 2))
                return 2;
        return text.size >= 3 && is_blank_3(end - 3) ? 3 : 0;
}

static inline struct text text_trim_start(struct text text)
{
        size_t size;

        while ((size = blank_at_start(text)) > 0)
                text = text_skip(text, size);
        return text;
}

static inline struct text text_trim(struct text text)
{
        size_t size;

        text = text_trim_start(text);
        while ((size = blank_at_end(text)) > 0)
                text.size -= size;
        return text;
}

#endif
