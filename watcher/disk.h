/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DISK_H
#define CFGWATCH_DISK_H

/*
 * A thread that waits for the disk, so that the loop need not: fsync(2) takes a millisecond, or
 * seconds where others keep the disk busy. The essay is in disk.c.
 */

#include "util.h"

struct disk;

/* Of what became durable, or did not. */
struct disk_result {
        size_t who;
        uint64_t number;
        int error; /* 0 or -errno */
};

int disk_new(struct disk **ret);
struct disk *disk_free(struct disk *disk); /* waits until all is done that was asked for */
DEFINE_CLEANUP(struct disk *, disk_free);

/*
 * Has these open files synced, in this order (files_sync()), after all that was asked for before,
 * and closes them; also when it fails (-ENOMEM). @who and @number come back with the result.
 */
#define DISK_FILES_MAX 4
int disk_sync(struct disk *disk, size_t who, uint64_t number, const int *files, size_t count);

/* Readable when there are results: take them until there is none (0); 1: one is in @ret. */
int disk_fd(const struct disk *disk);
int disk_take(struct disk *disk, struct disk_result *ret);

#endif
