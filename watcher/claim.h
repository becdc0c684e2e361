/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CLAIM_H
#define CFGWATCH_CLAIM_H

/* A directory that belongs to this daemon alone, as long as the lock file in it is held. */

#include <stdbool.h>

struct claim {
        int directory;
        int lock;
};

#define CLAIM_NONE ((struct claim){-1, -1})

/*
 * Makes the directory at @path, checks that nobody else can write to it, and locks it. On
 * failure the reason was logged: -EPERM, -EBUSY (another daemon uses it) and others.
 */
int claim_take(const char *path, struct claim *ret);

/*
 * Whether @path still leads to it: somebody may have removed the directory or put another in
 * its place, and then nobody else finds what is written here, nor sees the lock.
 */
bool claim_holds(const struct claim *claim, const char *path);

void claim_drop(struct claim *claim);

#endif
