/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_MAX_BYTES 1024 /* the journal cuts much later; a terminal line is long enough */

/* The one piece of state that is not main()'s own: how loud the program is, and what it lost. */
static struct {
        int level;
        bool journal;
        unsigned long lost; /* lines that stderr had no room for, not told of yet */
} output = {.level = LOG_INFO};

/* stderr is the journal if its identity is the one that systemd told us (systemd.exec(5)). */
static bool is_journal(void)
{
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat stat;

        return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
               fstat(STDERR_FILENO, &stat) == 0 && stat.st_dev == device && stat.st_ino == inode;
}

void log_set_level(int level)
{
        output.level = level;
        output.journal = is_journal();
}

static size_t write_head(int level, char *line, size_t size)
{
        if (output.journal)
                return (size_t)snprintf(line, size, "<%d>", level);
        return (size_t)snprintf(line, size, "cfgwatchd: %s",
                                level <= LOG_ERR       ? "error: "
                                : level == LOG_WARNING ? "warning: "
                                                       : "");
}

/*
 * The daemon waits for nobody, neither for a reader of its log. A pipe that says it is writable
 * takes a page, more than a line, at once; so do the journal's socket and a file.
 */
static bool takes_a_line(void)
{
        struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

        return poll(&out, 1, 0) == 1 && (out.revents & POLLOUT);
}

static void write_line(const char *line, size_t size)
{
        char told[LINE_MAX_BYTES];
        size_t used;

        if (output.lost > 0 && takes_a_line()) {
                used = write_head(LOG_WARNING, told, sizeof(told));
                used += (size_t)snprintf(told + used, sizeof(told) - used,
                                         "%lu lines of the log were lost: nobody took them\n",
                                         output.lost);
                output.lost = 0;
                write_all(STDERR_FILENO, told, used); /* nowhere to complain if this fails */
        }
        if (output.lost == 0 && takes_a_line())
                write_all(STDERR_FILENO, line, size);
        else
                output.lost++;
}

/* Bytes of what controls a terminal: those of ASCII, and U+0080 to U+009F in UTF-8. Else 0. */
static size_t control_size(const char *at)
{
        unsigned char c = (unsigned char)at[0], next = (unsigned char)at[1];

        if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
                return 2;
        return c < ' ' || c == 0x7f;
}

void log_line(int level, const char *format, ...)
{
        char line[LINE_MAX_BYTES];
        va_list arguments;
        size_t used;
        int n;

        if (level > output.level)
                return;
        used = write_head(level, line, sizeof(line));
        va_start(arguments, format);
        n = vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
        va_end(arguments);
        if (n < 0)
                return;
        used = MIN(used + (size_t)n, sizeof(line) - 2);
        /* One message is one line: what a hostile file put into a reason stays inside it. */
        line[used] = '\0';
        for (size_t i = 0; i < used; i++)
                memset(line + i, '?', control_size(line + i));
        line[used] = '\n';
        write_line(line, used + 1);
}
