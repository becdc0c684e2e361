/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define USEC_PER_SEC UINT64_C(1000000)

static bool wants_color(void)
{
        const char *no_color = getenv("NO_COLOR");
        const char *terminal = getenv("TERM");

        return isatty(STDOUT_FILENO) && !(no_color && *no_color) && terminal &&
               strcmp(terminal, "dumb") != 0;
}

void print_colored(enum color color, const char *format, ...)
{
        static const char *const codes[] = {
                [COLOR_GOOD] = "\033[1;32m",
                [COLOR_BAD] = "\033[1;31m",
                [COLOR_WARN] = "\033[1;33m",
                [COLOR_DIM] = "\033[2m",
        };
        bool colored = wants_color();
        va_list arguments;

        if (colored)
                fputs(codes[color], stdout);
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        if (colored)
                fputs("\033[0m", stdout);
}

/* Whether the character at @at is between @first and the one that differs in its @last byte. */
static bool is_between(const unsigned char *at, const char *first, unsigned char last)
{
        size_t most = strlen(first) - 1;

        return strncmp((const char *)at, first, most) == 0 &&
               at[most] >= (unsigned char)first[most] && at[most] <= last;
}

/*
 * The bytes of what must not reach a terminal as it is: C0, DEL and C1; the separators of lines
 * and paragraphs; and what shows text in another order than it is written in: the marks,
 * embeddings, overrides and isolates of direction.
 */
static size_t control_length(const unsigned char *at)
{
        if (*at < ' ' || *at == 0x7f)
                return 1;
        if (is_between(at, "\xc2\x80", 0x9f) || /* C1 */
            is_between(at, "\xd8\x9c", 0x9c))   /* U+061C */
                return 2;
        if (is_between(at, "\xe2\x80\x8e", 0x8f) || /* U+200E and U+200F */
            is_between(at, "\xe2\x80\xa8", 0xae) || /* U+2028 to U+202E */
            is_between(at, "\xe2\x81\xa6", 0xa9))   /* U+2066 to U+2069 */
                return 3;
        return 0;
}

void print_escaped(FILE *stream, const char *text)
{
        const unsigned char *at = (const unsigned char *)text;

        while (*at) {
                size_t length = control_length(at);

                if (length == 0)
                        fputc(*at++, stream);
                for (; length > 0; length--)
                        fprintf(stream, "\\x%02x", *at++);
        }
}

void print_value(const char *text)
{
        if (isatty(STDOUT_FILENO))
                print_escaped(stdout, text);
        else
                fputs(text, stdout);
}

void print_json(const json_t *object, size_t flags)
{
        if (isatty(STDOUT_FILENO))
                flags |= JSON_ENSURE_ASCII;
        if (json_dumpf(object, stdout, flags) == 0)
                putchar('\n');
}

json_t *json_name(const char *name)
{
        CLEANUP(free_done) char *copy = NULL;
        json_t *json = name ? json_string(name) : json_null();

        if (json || !(copy = strdup(name)))
                return json;
        for (char *c = copy; *c; c++)
                if (*c & 0x80)
                        *c = '?';
        return json_string(copy);
}

/* What was printed so far comes first, where both go to one terminal. */
static void print_error(const char *format, va_list arguments)
{
        char *text;

        if (vasprintf(&text, format, arguments) < 0)
                return;
        print_escaped(stderr, text);
        fputc('\n', stderr);
        free(text);
}

void complain(const char *format, ...)
{
        va_list arguments;

        fflush(stdout);
        fputs("cfgwatch: ", stderr);
        va_start(arguments, format);
        print_error(format, arguments);
        va_end(arguments);
}

void complain_at(const char *path, uint32_t line, const char *format, ...)
{
        va_list arguments;

        fflush(stdout);
        print_escaped(stderr, path ? path : "cfgwatch");
        if (line > 0)
                fprintf(stderr, ":%u", line);
        fputs(": ", stderr);
        va_start(arguments, format);
        print_error(format, arguments);
        va_end(arguments);
}

void format_time(uint64_t realtime, char ret[TIME_TEXT_SIZE])
{
        time_t seconds = (time_t)(realtime / USEC_PER_SEC);
        struct tm local;

        if (!localtime_r(&seconds, &local) ||
            strftime(ret, TIME_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &local) == 0)
                strcpy(ret, "?");
}

const char *format_name(cfgw_format format)
{
        return format == CFGW_FORMAT_INI ? "ini" : "section-config";
}

void format_span(uint64_t usec, char ret[TIME_TEXT_SIZE])
{
        static const struct {
                unsigned int seconds;
                const char *name;
        } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
        uint64_t seconds = usec / USEC_PER_SEC;
        size_t used = 0, i = 0;

        while (i < 3 && seconds < units[i].seconds)
                i++;
        for (size_t end = i + 2; i < end && i < 4; i++) {
                unsigned long long n = seconds / units[i].seconds;

                seconds %= units[i].seconds;
                if (used > 0 && n == 0)
                        break;
                used += (size_t)snprintf(ret + used, TIME_TEXT_SIZE - used, "%s%llu%s",
                                         used > 0 ? " " : "", n, units[i].name);
        }
}

uint64_t realtime_usec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

bool flush_output(void)
{
        bool failed_before = ferror(stdout);
        int r = fflush(stdout), error = errno;

        if (r == 0 && !failed_before)
                return true;
        clearerr(stdout); /* it is said once */
        if (r == 0)
                complain("cannot write the output");
        else if (error != EPIPE)
                complain("cannot write the output: %s", strerror(error));
        return false;
}
