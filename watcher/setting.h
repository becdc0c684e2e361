/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SETTING_H
#define CFGWATCH_SETTING_H

/*
 * The values that the daemon's settings take. Each function returns NULL after writing what
 * @value says, or why it is refused (static text).
 */

#include "domain.h"

/* Makes a relative path absolute; frees what was there. */
const char *setting_path(char **target, const char *value);

const char *setting_log_level(int *target, const char *value);
const char *setting_history(size_t *target, const char *value);
const char *setting_empty(enum domain_empty *target, const char *value);
const char *setting_missing(enum domain_missing *target, const char *value);
const char *setting_format(cfgw_format *target, const char *value);

/* For all settings of a kind, by @key; @ret_known becomes false for another one. */
const char *setting_time(struct settle_times *times, const char *key, const char *value,
                         bool *ret_known);
const char *setting_limit(struct parse_limits *limits, const char *key, const char *value,
                          bool *ret_known);

#endif
