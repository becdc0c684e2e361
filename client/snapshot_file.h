/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SNAPSHOT_FILE_H
#define CFGWATCH_SNAPSHOT_FILE_H

/* The snapshot files that the daemon leaves, RUNTIME/DOMAIN/GENERATION.snap, client side. */

#include "board.h"
#include "config.h"

/*
 * Maps the snapshot that @entry of @domain's slot names, and checks all of it. -ENOENT: it
 * is not there (any more). -EACCES: not for this process. -EPERM, -EBADMSG: not to be
 * believed, or not the one that @entry names.
 */
int snapshot_file_open(const char *runtime_directory, const char *domain,
                       const struct board_entry *entry, const cfgw_config **ret);

#endif
