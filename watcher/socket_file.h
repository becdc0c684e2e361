/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SOCKET_FILE_H
#define CFGWATCH_SOCKET_FILE_H

/*
 * Removes the socket at @path, if there is one. Nobody else can be listening on it: the
 * daemon holds the lock of its directory. -EEXIST: what is there is not a socket and stays.
 */
int socket_file_remove(const char *path);

#endif
