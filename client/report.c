/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct problem {
        uint32_t line;
        bool error;
        char *message; /* NULL: there was no memory for it */
};

struct cfgw_report {
        size_t count;
        struct problem problems[REPORT_PROBLEMS_MAX + 1]; /* one more for the error */
};

int report_new(cfgw_report **ret)
{
        cfgw_report *report = calloc(1, sizeof(*report));

        if (!report)
                return -ENOMEM;
        *ret = report;
        return 0;
}

PUBLIC cfgw_report *cfgw_report_free(cfgw_report *report)
{
        if (!report)
                return NULL;
        for (size_t i = 0; i < report->count; i++)
                free(report->problems[i].message);
        free(report);
        return NULL;
}

static void add(cfgw_report *report, uint32_t line, bool error, const char *format,
                va_list arguments)
{
        struct problem *problem = &report->problems[report->count];

        problem->line = line;
        problem->error = error;
        if (vasprintf(&problem->message, format, arguments) < 0)
                problem->message = NULL;
        else
                utf8_cut(problem->message, REPORT_MESSAGE_MAX);
        report->count++;
}

void report_warning(cfgw_report *report, uint32_t line, const char *format, ...)
{
        va_list arguments;

        if (!report || report->count >= REPORT_PROBLEMS_MAX)
                return;
        va_start(arguments, format);
        add(report, line, false, format, arguments);
        va_end(arguments);
}

int report_error(cfgw_report *report, uint32_t line, const char *format, ...)
{
        va_list arguments;

        if (!report || report_get_error(report, NULL))
                return -EBADMSG;
        va_start(arguments, format);
        add(report, line, true, format, arguments);
        va_end(arguments);
        return -EBADMSG;
}

const char *report_get_error(const cfgw_report *report, uint32_t *ret_line)
{
        const struct problem *last;

        if (!report || report->count == 0)
                return NULL;
        last = &report->problems[report->count - 1];
        if (!last->error)
                return NULL;
        if (ret_line)
                *ret_line = last->line;
        return last->message ? last->message : "out of memory";
}

PUBLIC size_t cfgw_report_count(const cfgw_report *report)
{
        return report ? report->count : 0;
}

PUBLIC uint32_t cfgw_report_line(const cfgw_report *report, size_t i)
{
        return report && i < report->count ? report->problems[i].line : 0;
}

PUBLIC int cfgw_report_is_error(const cfgw_report *report, size_t i)
{
        return report && i < report->count && report->problems[i].error;
}

PUBLIC const char *cfgw_report_message(const cfgw_report *report, size_t i)
{
        if (!report || i >= report->count)
                return NULL;
        return report->problems[i].message ? report->problems[i].message : "out of memory";
}
