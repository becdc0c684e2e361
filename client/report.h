/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_REPORT_H
#define CFGWATCH_REPORT_H

/*
 * What a parser found wrong: warnings, and at most one error, which is the last entry.
 * Public as cfgw_report.
 */

#include "util.h"

#include <cfgwatch/cfgwatch.h>

/* More warnings than this are dropped: a hostile file must not fill the memory. */
#define REPORT_PROBLEMS_MAX 100

/* A message is cut here: it travels in a board slot and in an event. */
#define REPORT_MESSAGE_MAX 240

int report_new(cfgw_report **ret);

void report_warning(cfgw_report *report, uint32_t line, const char *format, ...) _printf_(3, 4);

/* Returns -EBADMSG, so that a parser can say `return report_error(…)`. */
int report_error(cfgw_report *report, uint32_t line, const char *format, ...) _printf_(3, 4);

/* The error's line and text; text is NULL if there is no error. */
const char *report_get_error(const cfgw_report *report, uint32_t *ret_line);

DEFINE_CLEANUP(cfgw_report *, cfgw_report_free);

#endif
