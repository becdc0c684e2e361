/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_FILESYSTEM_H
#define CFGWATCH_FILESYSTEM_H

#include <stdbool.h>

/*
 * Whether every change of the file at @path makes an inotify event on this machine. It does
 * not where the content can change underneath: FUSE, network and overlay file systems. One
 * that is not known is not trusted either. A missing file is judged by its nearest directory.
 */
bool filesystem_tells_all(const char *path);

#endif
