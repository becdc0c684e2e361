/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_OWN_H
#define CFGWATCH_OWN_H

/* The library's own reading of the file, for as long as no daemon decides. */

#include "picture.h"

/*
 * Begins it: the first look is due at once. Where there is content already, it is kept until
 * other content has rested, as the settle rule asks; where there is none, what parses is
 * taken.
 */
void own_begin(struct picture *picture, uint64_t ttl_usec, uint64_t now);

/* Which file, and what it is read as. */
struct own_file {
        const char *domain;
        const char *path;
        cfgw_format format;
};

/*
 * Looks at @file if a look is due, and puts what follows from it into @picture: new content,
 * or a new status. -ENOMEM: it was not looked at, try again.
 */
int own_look(struct picture *picture, const struct own_file *file, uint64_t ttl_usec, uint64_t now);

#endif
