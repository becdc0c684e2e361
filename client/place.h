/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_PLACE_H
#define CFGWATCH_PLACE_H

/* Where a file really is, behind the symbolic links of its path, whether it is there or not. */

#include "util.h"

#include <limits.h>

struct place {
        int directory; /* open for reading, so that it can be synchronised */
        char name[NAME_MAX + 1];
};

#define PLACE_INIT ((struct place){.directory = -1})

/*
 * Follows the links of @path, also of one that leads to nothing. -ELOOP: too many. -EISDIR: it
 * does not end with the name of a file. Else the error of open(2). place_clear() it.
 */
int place_find(const char *path, struct place *ret);

/* Whether both are the same name in the same directory. */
bool place_equal(const struct place *a, const struct place *b);

void place_clear(struct place *place);

#endif
