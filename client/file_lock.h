/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_FILE_LOCK_H
#define CFGWATCH_FILE_LOCK_H

/* The lock of those who replace a file, which for datastore.cfg is Proxmox Backup's own. */

#include "place.h"

/*
 * Takes the lock of the file at @place, and waits for it until @until. -ETIMEDOUT: somebody
 * else has it. Else the error of open(2). Returns 0 and an fd for file_lock_release().
 */
int file_lock_take(const struct place *place, uint64_t until, int *ret);

/* Accepts -1. */
void file_lock_release(int fd);

#endif
