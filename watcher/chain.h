/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CHAIN_H
#define CFGWATCH_CHAIN_H

/* The way that a path takes: every directory on it, and through every symbolic link. */

#include <stdbool.h>

/* As many links as the kernel follows (path_resolution(7)). */
#define CHAIN_LINKS_MAX 40

/*
 * Takes one step: @name is looked up in @directory, a path without any link. @last: nothing
 * follows behind it, so it names the file or a link to it. Called before the name is looked
 * at, so that what is armed here sees every later change of it. A result other than 0 ends
 * the walk.
 */
typedef int (*chain_step_fn)(void *userdata, const char *directory, const char *name, bool last);

/*
 * Walks along the absolute @path. 0: to its end. -ENOENT: a name is missing; all that could
 * be walked was. -ELOOP, -ENOTDIR, -EACCES, -ENAMETOOLONG as open(2); -ENOMEM.
 */
int chain_walk(const char *path, chain_step_fn step, void *userdata);

#endif
