/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SOCKET_FILE_H
#define CFGWATCH_SOCKET_FILE_H

/*
 * The socket files of the daemon. Who holds the lock of their directory may remove what lies in
 * his way; at the end somebody may have put another directory in its place, with the sockets of
 * another daemon, and those must stay.
 */

#include <sys/types.h>

/* Which file it is. All 0: none. */
struct socket_file {
        dev_t device;
        ino_t inode;
};

/* Removes the socket at @path, if there is one. -EEXIST: what is there is no socket and stays. */
int socket_file_remove(const char *path);

/* The socket at @path as it is now; none if there is none. */
struct socket_file socket_file_at(const char *path);

/*
 * Removes the socket at @path if it is that one. To be called while somebody has it open, so that
 * no other file can have got its inode number.
 */
void socket_file_remove_own(const char *path, struct socket_file own);

#endif
