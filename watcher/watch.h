/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_WATCH_H
#define CFGWATCH_WATCH_H

/*
 * inotify(7) for all domains: one instance, every directory on the way of a path, the file
 * itself, and the mount table. An event is a hint for a domain, no more. The essay is in
 * watch.c.
 */

#include "settle.h"
#include "util.h"

struct watch;

/*
 * Takes a hint for domain @domain; @moved: the name may lead elsewhere now, it must be armed
 * again, but not from within this function.
 */
typedef void (*watch_hint_fn)(void *userdata, size_t domain, enum settle_hint hint, bool moved);

/* -EMFILE, -ENOSYS …: there is no inotify to be had. */
int watch_new(size_t domains, watch_hint_fn hint, void *userdata, struct watch **ret);
struct watch *watch_free(struct watch *watch);
DEFINE_CLEANUP(struct watch *, watch_free);

/* Readable when watch_dispatch() has something to do. */
int watch_fd(const struct watch *watch);

/*
 * Readable once for each change of the mount table: whoever is woken by it must call
 * watch_mounts_dispatch(), which hints at every domain.
 */
int watch_mounts_fd(const struct watch *watch);
void watch_mounts_dispatch(struct watch *watch);

/*
 * Watches what @path leads to now on behalf of @domain, and no longer what it led to before.
 * Read the file after this, not before. An error says that some of it could not be watched
 * (-ENOSPC, -EACCES, -ENOENT …): what could be is, and the rest is left to the TTL.
 */
int watch_arm(struct watch *watch, size_t domain, const char *path);

/*
 * Reads all events that had come before the call and gives the hints. After an overflow every
 * domain gets a hint and is to be armed again; returns 1 then, else 0.
 */
int watch_dispatch(struct watch *watch);

#endif
