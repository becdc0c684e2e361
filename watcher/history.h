/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_HISTORY_H
#define CFGWATCH_HISTORY_H

/*
 * The accepted contents of one domain, on disk: STATE/DOMAIN/GENERATION.cfg, the raw bytes,
 * GENERATION.sha256, their digest, and epoch, the identity of the sequence. What survives a
 * reboot.
 */

#include "files.h"
#include "source.h"

#define HISTORY_LENGTH_DEFAULT 100 /* generations */

/* A larger number is none of ours: it leaves no room to count, and JSON has no such integers. */
#define HISTORY_GENERATION_MAX (UINT64_C(1) << 62)

/* An entry N is the file N.cfg, and its digest in N.sha256 is "HEX  N.cfg\n". */
#define HISTORY_SUFFIX ".cfg"
#define HISTORY_DIGEST_SUFFIX ".sha256"
#define HISTORY_DIGEST_FILE_MAX 128 /* bytes */

struct history;

/*
 * Opens (makes) the history of @domain in the directory @state. A new epoch begins without
 * any entry, without a readable epoch, or if the machine went down while the epoch was in
 * use. @length: how many generations are kept. Nobody may hear of it before history_sync().
 */
int history_open(int state, const char *domain, size_t length, struct history **ret);
struct history *history_free(struct history *history); /* a good end: makes all durable */
DEFINE_CLEANUP(struct history *, history_free);

uint64_t history_epoch(const struct history *history);

/* For history_entry.c: where the entries are, and the digest that is in no file yet, or NULL. */
int history_directory(const struct history *history);
const struct digest *history_pending_digest(const struct history *history, uint64_t generation);

/* The number of the newest entry, 0 if there is none. */
uint64_t history_newest(const struct history *history);

/* From here on to the newest they are kept; 1 or more. */
uint64_t history_oldest(const struct history *history);

/*
 * Reads entry @generation; one NUL byte behind. free() it. -ENOENT: not kept (any more);
 * -EBADMSG: it is damaged.
 */
int history_read(const struct history *history, uint64_t generation, size_t limit, char **ret_data,
                 size_t *ret_size);

/* When it was accepted: microseconds of CLOCK_REALTIME, 0 if it is not kept. */
uint64_t history_accepted_usec(const struct history *history, uint64_t generation);

/*
 * Adds @content, of which data, size and digest count, after the newest entry. On failure nothing
 * has changed and the same number is given the next time. To be followed by history_open_unsynced()
 * or history_sync() as soon as everybody has been told.
 */
int history_add(struct history *history, const struct source *content, struct access access,
                uint64_t *ret_generation);

/* Makes epoch and entries durable, and drops the oldest ones beyond the length. */
int history_sync(struct history *history);

/*
 * The same for who does not wait for the disk: opens the files, in the order in which they are
 * to be synced (files_sync()), of the oldest entry that is not known to be durable. 1: there is
 * one, 0: there is none. When they are synced, history_note_synced() takes note, and drops what is
 * beyond the length.
 */
#define HISTORY_ENTRY_FILES 3
int history_open_unsynced(struct history *history, uint64_t *ret_generation,
                          int ret_files[HISTORY_ENTRY_FILES]);
void history_note_synced(struct history *history, uint64_t generation);

/*
 * For who has many of them: writes what history_sync() would still write; and takes note that all
 * that was written is durable (syncfs(2)), so that the next history_sync() need not see to it.
 */
int history_write_out(struct history *history);
void history_note_durable(struct history *history);

/*
 * Begins a new epoch: somebody outside knows more of the old one than is kept here. -errno:
 * it cannot be stored, and nothing has changed.
 */
int history_renew_epoch(struct history *history);

/*
 * Who may read the content of the newest entry. Nobody but the daemon gets at the entries
 * themselves: their directory is private, and their mode is a note for the next start.
 */
struct access history_access(const struct history *history);
int history_set_access(struct history *history, struct access access);

#endif
