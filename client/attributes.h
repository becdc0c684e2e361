/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_ATTRIBUTES_H
#define CFGWATCH_ATTRIBUTES_H

/* Who owns a new file, and who may do what with it. */

#include "util.h"

#include <sys/stat.h>

/* Owner, group and mode of a file. */
struct rights {
        uid_t uid;
        gid_t gid;
        mode_t mode; /* permission bits */
};

/* Those of @stat. */
struct rights rights_of(const struct stat *stat);

/* Those of a file that is made where none was: the caller's own, for the directory's group. */
struct rights rights_new(const struct stat *directory);

/* Gives them to @fd. -EPERM: owner or group cannot be given; the mode is as it was then. */
int rights_give(int fd, struct rights rights);

/*
 * Gives @fd the extended attributes of @source, access control list included, but for those
 * that the kernel makes of the content. An access control list that the directory has given to
 * it goes if the source has none. Call it before the mode is given.
 */
int attributes_copy(int source, int fd);

#endif
