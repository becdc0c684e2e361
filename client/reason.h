/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_REASON_H
#define CFGWATCH_REASON_H

/* Why a value is refused, in words; no memory is allocated for it. */

#include "string_table.h"

/* As much as a report keeps of a whole message. */
#define REASON_SIZE 240

struct reason {
        char text[REASON_SIZE];
};

/* For `%.*s`. Whoever prints a text has bounded it: a line is shorter than INT_MAX. */
#define TEXT_ARGUMENTS(text) (int)(text).size, (text).data

/*
 * Writes the reason, cut behind a whole character. @reason may be NULL: nobody wants to know.
 * Returns -EBADMSG, so that a check can say `return reason_set(…)`.
 */
int reason_set(struct reason *reason, const char *format, ...) _printf_(2, 3);

#endif
