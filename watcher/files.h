/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_FILES_H
#define CFGWATCH_FILES_H

/* Whole files by temporary name and rename, and the directories and locks they live in. */

#include "access.h"
#include "util.h"

/* Makes @path and its parents (0755 less the umask) and opens it. Returns an fd or -errno. */
int directory_make(const char *path);

/*
 * Makes the directory @name in @parent, for nobody else yet, or opens the one that is there.
 * -EPERM: that is not ours, or others may write to it. An fd or -errno.
 */
int directory_make_at(int parent, const char *name);

/* Whether the open directory has been removed: whatever is made in it fails with -ENOENT. */
bool directory_is_removed(int directory);

/* -EPERM: the directory belongs to somebody else, or others may write to it. */
int directory_check_own(int directory);

/*
 * Makes @name in @directory hold exactly @data, or leaves it as it was: temporary name,
 * write(2), mode and group, fsync of file and directory if @durable, rename.
 */
int file_replace(int directory, const char *name, const void *data, size_t size,
                 struct access access, bool durable);

/*
 * Makes the temporary file that file_replace() will use for @name: on a disk that takes longer
 * than to fill and rename it. If it cannot be made, that is left to file_replace() as well.
 */
void file_prepare(int directory, const char *name);

/* Makes each durable, in this order, until one fails, and closes them all. */
int files_sync(const int *files, size_t count);

/* Reads a whole regular file of at most @limit bytes; one NUL byte behind. free() it. */
int file_read(int directory, const char *name, size_t limit, char **ret_data, size_t *ret_size);

/* Takes the lock file @name for the life of the returned fd. -EWOULDBLOCK: another has it. */
int lock_take(int directory, const char *name);

/* Removes what a killed writer left of temporary files. */
void temporaries_remove(int directory);

/* Files that are called by a decimal number: "N@suffix", the suffix at most 9 bytes long. */
#define NUMBER_NAME_SIZE 32
void number_name(uint64_t number, const char *suffix, char ret[NUMBER_NAME_SIZE]);
int number_remove(int directory, const char *suffix, uint64_t number); /* 0 if it is not there */

/* The numbers of all that are in @directory, rising; -errno if not all can be read. free() them. */
int numbers_list(int directory, const char *suffix, uint64_t **ret, size_t *ret_count);

/* Removes all but those from @first to @last. */
int numbers_prune(int directory, const char *suffix, uint64_t first, uint64_t last);

#endif
