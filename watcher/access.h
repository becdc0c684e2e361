/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_ACCESS_H
#define CFGWATCH_ACCESS_H

/*
 * Who may read what the daemon writes: nobody who could not read the source file.
 */

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct access {
        gid_t gid;
        mode_t mode; /* of files: 0600, and 0040 and 0004 where the source has them */
};

/* The daemon alone: 0600 and its own group. For what no source file was seen of yet. */
struct access access_private(void);

/*
 * What the source file's group and mode allow, never wider. Only the file's own, not those of
 * the directories that lead to it. With an access control list (@has_acl) the mode's group
 * bits mean something else, and somebody may be shut out by name: then it is private.
 */
struct access access_of(const struct stat *source, bool has_acl);

/* The narrowest that lets in everybody whom @a or @b lets in (two groups: @a's group). */
struct access access_widest(struct access a, struct access b);

/* Who is let in by both. */
struct access access_narrowest(struct access a, struct access b);

bool access_equal(struct access a, struct access b);

/* Whether everybody whom @shared lets in may read what @own protects as well. */
bool access_covers(struct access own, struct access shared);

/*
 * Gives the open file group and mode; directories get x wherever they have r. Where the
 * group cannot be given (no privilege, not a member) the group that it has gets what others
 * get, and 0 is returned.
 */
int access_apply(int fd, struct access access);

/* As above with a path, for sockets: they need w wherever others get r. */
int access_apply_socket(const char *path, struct access access);

#endif
