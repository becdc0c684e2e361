/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_PARSE_RULES_H
#define CFGWATCH_PARSE_RULES_H

/* What a config file is taken for, how strictly, and how large it may be. */

#include "util.h"

#include <cfgwatch/cfgwatch.h>

/* 128 MiB: a million datastores take some 72. Bounds the memory. */
#define PARSE_SIZE_MAX ((size_t)128 << 20)

/* Longer than any value that Proxmox Backup takes (4096 characters), whatever it adds. */
#define PARSE_LINE_MAX ((size_t)64 << 10)

/* Twice the million that must load: bounds the memory, since a section takes 5 bytes of text. */
#define PARSE_SECTIONS_MAX ((size_t)1 << 21)

/* Some ten times what a datastore can have; keeps the search for a key short. */
#define PARSE_PROPERTIES_MAX ((size_t)256)

/* The most that is taken; none of them can be raised above the default, which bounds memory. */
struct parse_limits {
        size_t size;       /* bytes of the file */
        size_t line;       /* bytes of a line, without its end */
        size_t sections;   /* of the file */
        size_t properties; /* of one section */
};

#define PARSE_LIMITS_DEFAULT                                                                       \
        ((struct parse_limits){                                                                    \
                .size = PARSE_SIZE_MAX,                                                            \
                .line = PARSE_LINE_MAX,                                                            \
                .sections = PARSE_SECTIONS_MAX,                                                    \
                .properties = PARSE_PROPERTIES_MAX,                                                \
        })

struct parse_rules {
        cfgw_format format;
        bool strict; /* unknown section types and keys are errors */
        struct parse_limits limits;
};

#define PARSE_FLAGS ((unsigned int)CFGW_LOAD_STRICT | (unsigned int)CFGW_LOAD_INI)

/* The rules that @flags (cfgw_load_flags) ask for, with the default limits. */
static inline struct parse_rules parse_rules_of(unsigned int flags)
{
        return (struct parse_rules){
                .format = flags & CFGW_LOAD_INI ? CFGW_FORMAT_INI : CFGW_FORMAT_SECTION_CONFIG,
                .strict = flags & CFGW_LOAD_STRICT,
                .limits = PARSE_LIMITS_DEFAULT,
        };
}

#endif
