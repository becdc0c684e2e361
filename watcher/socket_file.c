/* SPDX-License-Identifier: MIT */
#include "socket_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int socket_file_remove(const char *path)
{
        struct stat stat;

        if (lstat(path, &stat) < 0)
                return errno == ENOENT ? 0 : -errno;
        if (!S_ISSOCK(stat.st_mode))
                return -EEXIST;
        return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

struct socket_file socket_file_at(const char *path)
{
        struct stat stat;

        if (lstat(path, &stat) < 0 || !S_ISSOCK(stat.st_mode))
                return (struct socket_file){.inode = 0};
        return (struct socket_file){stat.st_dev, stat.st_ino};
}

void socket_file_remove_own(const char *path, struct socket_file own)
{
        struct socket_file there = socket_file_at(path);

        if (there.inode != 0 && there.inode == own.inode && there.device == own.device)
                unlink(path);
}
