/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_MAX_BYTES 1024 /* the journal cuts much later; a terminal line is long enough */

/* The one piece of state that is not main()'s own: how loud the program is. */
static struct {
        int level;
        bool journal;
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

void log_line(int level, const char *format, ...)
{
        char line[LINE_MAX_BYTES];
        va_list arguments;
        size_t used = 0;
        int n;

        if (level > output.level)
                return;
        if (output.journal)
                used = (size_t)snprintf(line, sizeof(line), "<%d>", level);
        else
                used = (size_t)snprintf(line, sizeof(line), "cfgwatchd: %s",
                                        level <= LOG_ERR       ? "error: "
                                        : level == LOG_WARNING ? "warning: "
                                                               : "");
        va_start(arguments, format);
        n = vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
        va_end(arguments);
        if (n < 0)
                return;
        used = MIN(used + (size_t)n, sizeof(line) - 2);
        /* One message is one line: what a hostile file put into a reason stays inside it. */
        for (size_t i = 0; i < used; i++)
                if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
                        line[i] = '?';
        line[used] = '\n';
        write_all(STDERR_FILENO, line, used + 1); /* nowhere to complain if this fails */
}
