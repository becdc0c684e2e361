/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TRUST_H
#define CFGWATCH_TRUST_H

/*
 * Opens what the daemon left for its clients, and nothing else. A client believes in
 * whoever owns the runtime directory that it was told to use, and in root. Nobody else may
 * have been able to write what is mapped: not by the file's mode, and not by putting
 * another file in its place.
 */

#include <sys/stat.h>
#include <sys/types.h>

/*
 * Opens the runtime directory, following symbolic links. -EPERM: everybody may write to it
 * and it is not sticky. A sticky one is fine: a stranger can add files there, not replace
 * the daemon's, and what a stranger owns is refused.
 */
int trust_open_directory(const char *path, int *ret_fd, uid_t *ret_owner);

/* Opens the directory @name in @directory, which has to belong to @owner or to root. */
int trust_open_subdirectory(int directory, const char *name, uid_t owner, int *ret_fd);

/*
 * Opens the file @name in @directory for reading, never blocking. -EBADMSG: a symbolic link
 * or no regular file. -EPERM: of neither @owner nor root, or group or others may write.
 */
int trust_open_file(int directory, const char *name, uid_t owner, int *ret_fd,
                    struct stat *ret_stat);

#endif
