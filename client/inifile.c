/* SPDX-License-Identifier: MIT */

/*
 * INI files.
 *
 * Debian's inih (version 55) reads lines into a buffer of 200 bytes and parses the rest of a
 * longer one as a line of its own; cuts section and key names at 49 bytes; stops at a NUL
 * byte; takes an indented line for the continuation of the value before; ends a value at a
 * blank and `;`; leaves out what follows a section's `]`; and does not tell of a section
 * without keys. Each of these turns one thing that was written into another one that is
 * believed. And all of it depends on variables that belong to the whole process: any other
 * part of the program that this library is linked into may have changed them.
 *
 * So inih gets its lines one by one from a reader that knows what each must mean, refuses
 * what inih could misread, and finds the sections itself. What inih then makes of a line has
 * to be just what the reader expects: one property, in this section, with this key and this
 * value, and nothing for any other line. Anything else refuses the line.
 *
 * The state is the reader's place in the text and what it expects; the first error ends it,
 * since the reader gives inih no more lines then.
 */

#include "inifile.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES_MAX 198 /* inih's 200 less LF and NUL */
#define NAME_BYTES_MAX 49  /* of a section or a key: inih's 50 less NUL */

struct reading {
        const struct inifile_handler *handler;
        void *userdata;
        struct inifile_error *error;

        struct text rest;
        uint32_t line; /* the one that inih was given last, from 1 */
        int result;    /* of what failed first */

        struct text section;
        struct text key, value;
        bool expected; /* inih owes us the property `key` */
};

static int refuse(struct reading *reading, const char *format, ...) _printf_(2, 3);

static int refuse(struct reading *reading, const char *format, ...)
{
        struct inifile_error *error = reading->error;
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(error->reason, sizeof(error->reason), format, arguments);
        va_end(arguments);
        return -EBADMSG;
}

/* ------------------------------------------------------------------- pieces of a line */

/* isspace(3) in the C locale, as inih has it, less LF. */
static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static struct text trim(struct text text)
{
        while (text.size > 0 && is_blank(text.data[0]))
                text = text_skip(text, 1);
        while (text.size > 0 && is_blank(text.data[text.size - 1]))
                text.size--;
        return text;
}

/* Where a comment begins in @text: a `;` behind a blank. Its size, if there is none. */
static size_t find_comment(struct text text)
{
        for (size_t i = 1; i < text.size; i++)
                if (text.data[i] == ';' && is_blank(text.data[i - 1]))
                        return i;
        return text.size;
}

static bool is_comment(struct text text)
{
        return text.size > 0 && (text.data[0] == ';' || text.data[0] == '#');
}

static bool is_same(struct text text, const char *string)
{
        return string && strlen(string) == text.size && memcmp(string, text.data, text.size) == 0;
}

/* ------------------------------------------------------------------------------- lines */

static int take_section(struct reading *reading, struct text line)
{
        const char *end = memchr(line.data, ']', line.size);
        struct text name, rest;

        if (!end)
                return refuse(reading, "syntax error (expected ']')");
        name = (struct text){line.data + 1, (size_t)(end - line.data) - 1};
        rest = trim(text_skip(line, name.size + 2));
        if (find_comment(name) < name.size)
                return refuse(reading, "a blank and ';' in the name of a section");
        if (name.size > NAME_BYTES_MAX)
                return refuse(reading, "section name over %d bytes", NAME_BYTES_MAX);
        if (rest.size > 0 && !is_comment(rest))
                return refuse(reading, "syntax error (text behind ']')");
        reading->section = name;
        return reading->handler->section
                       ? reading->handler->section(reading->userdata, name, reading->error)
                       : 0;
}

static int take_property(struct reading *reading, struct text line)
{
        struct text key = line, value;
        size_t size = 0, comment;

        while (size < line.size && line.data[size] != '=' && line.data[size] != ':')
                size++;
        key.size = size;
        if (size == line.size || trim(key).size == 0 || find_comment(key) < size)
                return refuse(reading, "syntax error (expected 'key = value')");
        value = text_skip(line, size + 1);
        comment = find_comment(value);
        if (comment < value.size && !reading->handler->comments)
                return refuse(reading, "a blank and ';' in a value");
        value.size = comment;
        key = trim(key);
        if (key.size > NAME_BYTES_MAX)
                return refuse(reading, "key over %d bytes", NAME_BYTES_MAX);
        reading->key = key;
        reading->value = trim(value);
        reading->expected = true;
        return 0;
}

/* @room: of inih's buffer. It takes a line that fills the buffer for the half of one. */
static int take_line(struct reading *reading, struct text line, size_t room)
{
        struct text inner = trim(line);
        int r = 0;

        if (reading->line == 1 && line.size >= 3 && memcmp(line.data, "\xef\xbb\xbf", 3) == 0)
                return refuse(reading, "the file begins with a byte order mark");
        if (reading->handler->line)
                r = reading->handler->line(reading->userdata, line, reading->line);
        if (r < 0)
                return r;
        if (memchr(line.data, '\0', line.size))
                return refuse(reading, "the line holds a NUL byte");
        if (line.size > LINE_BYTES_MAX || line.size + 2 > room)
                return refuse(reading, "line over %zu bytes", MIN(LINE_BYTES_MAX, room - 2));
        if (inner.size == 0 || is_comment(inner))
                return 0;
        if (inner.data != line.data)
                return refuse(reading, "indented line (continuation is not supported)");
        return inner.data[0] == '[' ? take_section(reading, inner) : take_property(reading, inner);
}

/* -------------------------------------------------------------------------------- inih */

/* Takes the next line off what is left: without its LF. */
static struct text next_line(struct reading *reading)
{
        struct text rest = reading->rest;
        const char *feed = memchr(rest.data, '\n', rest.size);
        size_t size = feed ? (size_t)(feed - rest.data) : rest.size;

        reading->rest = text_skip(rest, feed ? size + 1 : size);
        return (struct text){rest.data, size};
}

/* As fgets(3). NULL: there is no line any more, or no use in one. */
static char *read_line(char *to, int room, void *stream)
{
        struct reading *reading = stream;
        struct text line;

        if (reading->result == 0 && reading->expected)
                reading->result = refuse(reading, "libinih does not see a property in this line");
        if (reading->result < 0 || reading->rest.size == 0)
                return NULL;
        line = next_line(reading);
        reading->line++;
        reading->result = take_line(reading, line, (size_t)room);
        if (reading->result < 0)
                return NULL;
        memcpy(to, line.data, line.size);
        strcpy(to + line.size, "\n");
        return to;
}

static int take_found(void *userdata, const char *section, const char *key, const char *value)
{
        struct reading *reading = userdata;

        if (reading->result < 0)
                return 0;
        if (!reading->expected || !is_same(reading->section, section) ||
            !is_same(reading->key, key) || !is_same(reading->value, value)) {
                reading->result = refuse(reading, "libinih sees something else in this line");
                return 0;
        }
        reading->expected = false;
        reading->result =
                reading->handler->property(reading->userdata, section, key, value, reading->error);
        return reading->result == 0;
}

int inifile_parse(struct text data, const struct inifile_handler *handler, void *userdata,
                  struct inifile_error *error)
{
        struct reading reading = {
                .handler = handler,
                .userdata = userdata,
                .error = error,
                .rest = data,
                .section = {.data = ""},
        };
        int r;

        *error = (struct inifile_error){.line = 0};
        r = ini_parse_stream(read_line, &reading, take_found, &reading);
        if (r < 0)
                return -ENOMEM;
        if (r > 0 && reading.result == 0)
                reading.result = refuse(&reading, "syntax error");
        if (reading.result == -EBADMSG)
                error->line = reading.line;
        return reading.result;
}
