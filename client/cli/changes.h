/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CLI_CHANGES_H
#define CFGWATCH_CLI_CHANGES_H

/* An event as a line on stdout. */

#include "cli.h"

/* "06:23:11.042 datastore generation 44 valid +ds1001 -ds0007 ~ds0002: comment" */
void changes_print_text(const cfgw_event *event);

/* The same and more as one JSON object, as cfgwatch(1) documents it. */
void changes_print_json(const cfgw_event *event);

#endif
