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
