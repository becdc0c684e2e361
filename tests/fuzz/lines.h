/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_LINES_H
#define CFGWATCH_TESTS_LINES_H

/* The lines of a text, by means other than the parsers'. */

#include "fuzz.h"
#include "string_table.h"

#include <string.h>

static inline uint32_t count_lines(struct text text)
{
        uint32_t lines = 1;

        for (size_t i = 0; i < text.size; i++)
                lines += text.data[i] == '\n';
        return lines;
}

/* A copy of line @number, without its end; free() it. */
static inline char *copy_line(struct text text, uint32_t number)
{
        const char *at = text.data, *end = text.data + text.size, *feed;
        char *line;

        for (uint32_t i = 1; i < number; i++) {
                at = memchr(at, '\n', (size_t)(end - at));
                MUST(at);
                at++;
        }
        feed = memchr(at, '\n', (size_t)(end - at));
        line = strndup(at, (size_t)((feed ? feed : end) - at));
        MUST(line);
        return line;
}

#endif
