/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_STORE_H
#define CFGWATCH_STORE_H

/*
 * The snapshots of one domain for the clients to map: RUNTIME/DOMAIN/GENERATION.snap, written
 * whole, renamed into place, never changed; the last few are kept.
 */

#include "files.h"
#include "snapshot.h"

/* A client that read a generation from the board has this many generations of time to open it. */
#define STORE_KEPT 4

struct store;

/* Opens (makes) the directory of @domain in the directory @runtime. */
int store_open(int runtime, const char *domain, struct store **ret);
struct store *store_free(struct store *store);
DEFINE_CLEANUP(struct store *, store_free);

/*
 * Writes a stamped snapshot for those whom @access lets in; what is older stays for those
 * for whom it was. With write(2), so that a full tmpfs is an error, no SIGBUS.
 */
int store_put(struct store *store, const struct snapshot *snapshot, struct access access);

/*
 * The same for a snapshot that an earlier daemon may have written already. Then nothing is
 * written, which works on a full disk, and @snapshot is stamped with the time in the file.
 */
int store_restore(struct store *store, struct snapshot *snapshot, struct access access);

bool store_is_removed(const struct store *store); /* the directory is, under us */

/* Removes all but the last few up to @newest, and what another sequence left above it. */
int store_prune(struct store *store, uint64_t newest);

/* From now on the directory and the snapshot @newest are for those whom @access lets in. */
int store_set_access(struct store *store, struct access access, uint64_t newest);

#endif
