/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_REPARSE_H
#define CFGWATCH_REPARSE_H

/*
 * Reads a text that the library has written, to see that it says what it should. The grammar
 * alone counts: any type, key and value passes, since what a schema refuses is told with line
 * and reason by whoever checks the text on its way into the file.
 */

#include "config.h"

/* -EBADMSG: it does not follow the grammar of @format. */
int reparse(const char *data, size_t size, cfgw_format format, const cfgw_config **ret);

/* Whether both have the same sections in the same order, with the same types and properties. */
bool reparse_equal(const cfgw_config *a, const cfgw_config *b);

#endif
