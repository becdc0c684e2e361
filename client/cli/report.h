/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CLI_REPORT_H
#define CFGWATCH_CLI_REPORT_H

/*
 * The daemon's report as JSON; and where nobody answers, what the library knows by itself,
 * in the same shape: what only a daemon can know is null, its "pid" among it.
 */

#include "cli.h"

#include <jansson.h>

/*
 * Writes the report to @ret_report, NULL without memory. The exit code: EXIT_YES for the
 * daemon's own; else why there is none has been said.
 */
int report_get(const struct cli *cli, json_t **ret_report);

#endif
