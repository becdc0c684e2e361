/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_INIFILE_H
#define CFGWATCH_INIFILE_H

/*
 * INI files by libinih, behind a reader that refuses what inih would silently cut, merge or
 * take for something else.
 */

#include "string_table.h"

#define INIFILE_REASON_MAX 255

struct inifile_error {
        uint32_t line; /* from 1; 0: no line is to blame */
        char reason[INIFILE_REASON_MAX + 1];
};

/*
 * Who is told what there is, in the order of the file. Each call returns 0, or -errno, which
 * ends the parse; -EBADMSG after writing the reason, unless it is kept elsewhere.
 */
struct inifile_handler {
        /* Every line before anything else, as it is, but for its end. NULL: not wanted. */
        int (*line)(void *userdata, struct text line, uint32_t number);

        /* `[NAME]`, blanks within the brackets included. NULL: not wanted. */
        int (*section)(void *userdata, struct text name, struct inifile_error *error);

        /* `KEY = VALUE`, without the blanks around each; "" is the section before the first. */
        int (*property)(void *userdata, const char *section, const char *key, const char *value,
                        struct inifile_error *error);

        /* A blank and `;` behind a value begin a comment. False: they refuse the line. */
        bool comments;
};

/* Parses @data. -EBADMSG: refused by the reader, by inih or by @handler; @error says where and why.
 */
int inifile_parse(struct text data, const struct inifile_handler *handler, void *userdata,
                  struct inifile_error *error);

#endif
