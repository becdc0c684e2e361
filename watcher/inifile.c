/* SPDX-License-Identifier: MIT */
/*
 * Debian's inih (version 55) reads lines into a buffer of 200 bytes and parses the rest of a
 * longer one as a line of its own; cuts section and key names at 49 bytes; stops at a NUL
 * byte; and takes an indented line for the continuation of the value before. Each of these
 * turns one thing that was written into another one that is believed, so all are refused
 * before inih sees the text.
 */
#include "inifile.h"

#include "util.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES_MAX 198 /* inih's 200 less LF and NUL */
#define NAME_BYTES_MAX 49  /* of a section or a key: inih's 50 less NUL */

static int refuse(struct inifile_error *error, uint32_t line, const char *format, ...)
        _printf_(3, 4);

static int refuse(struct inifile_error *error, uint32_t line, const char *format, ...)
{
        va_list arguments;

        error->line = line;
        va_start(arguments, format);
        vsnprintf(error->reason, sizeof(error->reason), format, arguments);
        va_end(arguments);
        return -EBADMSG;
}

static size_t trimmed(const char *text, size_t size)
{
        while (size > 0 && strchr(" \t\r", text[size - 1]))
                size--;
        return size;
}

static int check_section(const char *text, size_t size, uint32_t line, struct inifile_error *error)
{
        const char *end = memchr(text, ']', size);

        if (!end)
                return refuse(error, line, "syntax error (expected ']')");
        if (end - text - 1 > NAME_BYTES_MAX)
                return refuse(error, line, "section name over %d bytes", NAME_BYTES_MAX);
        return 0;
}

static int check_key(const char *text, size_t size, uint32_t line, struct inifile_error *error)
{
        size_t length = 0;

        while (length < size && text[length] != '=' && text[length] != ':')
                length++;
        if (length == size)
                return refuse(error, line, "syntax error (expected 'key = value')");
        if (trimmed(text, length) > NAME_BYTES_MAX)
                return refuse(error, line, "key over %d bytes", NAME_BYTES_MAX);
        return 0;
}

static int check_line(const char *text, size_t size, uint32_t line, struct inifile_error *error)
{
        size_t blanks;

        if (memchr(text, '\0', size))
                return refuse(error, line, "NUL byte");
        if (size > LINE_BYTES_MAX)
                return refuse(error, line, "line over %d bytes", LINE_BYTES_MAX);
        size = trimmed(text, size);
        for (blanks = 0; blanks < size && (text[blanks] == ' ' || text[blanks] == '\t');)
                blanks++;
        if (blanks == size || text[blanks] == '#' || text[blanks] == ';')
                return 0;
        if (blanks > 0)
                return refuse(error, line, "indented line (continuation is not supported)");
        if (text[0] == '[')
                return check_section(text, size, line, error);
        return check_key(text, size, line, error);
}

static int check(const char *data, size_t size, struct inifile_error *error)
{
        const char *at = data, *end = data + size;

        for (uint32_t line = 1; at < end; line++) {
                const char *next = memchr(at, '\n', (size_t)(end - at));
                size_t length = next ? (size_t)(next - at) : (size_t)(end - at);
                int r = check_line(at, length, line, error);

                if (r < 0)
                        return r;
                at += length + 1;
        }
        return 0;
}

struct handling {
        inifile_handler_fn handler;
        void *userdata;
        struct inifile_error *error;
        int result; /* of the first call that failed */
};

static int handle(void *userdata, const char *section, const char *key, const char *value)
{
        struct handling *handling = userdata;

        if (handling->result == 0)
                handling->result =
                        handling->handler(handling->userdata, section, key, value, handling->error);
        return handling->result == 0;
}

int inifile_parse(const char *data, size_t size, inifile_handler_fn handler, void *userdata,
                  struct inifile_error *error)
{
        struct handling handling = {handler, userdata, error, 0};
        int r;

        *error = (struct inifile_error){.line = 0};
        r = check(data, size, error);
        if (r < 0)
                return r;
        r = ini_parse_string(data, handle, &handling);
        if (r > 0 && handling.result == 0)
                return refuse(error, (uint32_t)r, "syntax error");
        if (r > 0)
                error->line = (uint32_t)r;
        return r == 0 ? 0 : r < 0 ? -ENOMEM : handling.result;
}
