/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_INIFILE_H
#define CFGWATCH_INIFILE_H

/*
 * INI files by libinih, behind a reader that refuses what inih would silently cut, merge or
 * take for something else.
 */

#include <stddef.h>
#include <stdint.h>

#define INIFILE_REASON_MAX 255

struct inifile_error {
        uint32_t line; /* from 1; 0: no line is to blame */
        char reason[INIFILE_REASON_MAX + 1];
};

/*
 * Takes one `key = value` of @section. Returns 0, or -errno after writing the reason.
 */
typedef int (*inifile_handler_fn)(void *userdata, const char *section, const char *key,
                                  const char *value, struct inifile_error *error);

/*
 * Parses @size bytes of @data, which end with one NUL byte behind them. -EBADMSG: refused
 * by the reader, by inih or by the handler; @error says where and why.
 */
int inifile_parse(const char *data, size_t size, inifile_handler_fn handler, void *userdata,
                  struct inifile_error *error);

#endif
