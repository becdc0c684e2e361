/* SPDX-License-Identifier: MIT */
#include "trust.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>

static bool owner_trusted(const struct stat *stat, uid_t owner)
{
        return stat->st_uid == 0 || stat->st_uid == owner;
}

static int check_directory(int fd, struct stat *ret)
{
        if (fstat(fd, ret) < 0)
                return -errno;
        return (ret->st_mode & S_IWOTH) && !(ret->st_mode & S_ISVTX) ? -EPERM : 0;
}

int trust_open_directory(const char *path, int *ret_fd, uid_t *ret_owner)
{
        _cleanup_close_ int fd = -1;
        struct stat stat;
        int r;

        fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = check_directory(fd, &stat);
        if (r < 0)
                return r;
        *ret_fd = steal_fd(&fd);
        *ret_owner = stat.st_uid;
        return 0;
}

int trust_open_subdirectory(int directory, const char *name, uid_t owner, int *ret_fd)
{
        _cleanup_close_ int fd = -1;
        struct stat stat;
        int r;

        fd = openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOTDIR || errno == ELOOP ? -EBADMSG : -errno;
        r = check_directory(fd, &stat);
        if (r < 0)
                return r;
        if (!owner_trusted(&stat, owner))
                return -EPERM;
        *ret_fd = steal_fd(&fd);
        return 0;
}

int trust_open_file(int directory, const char *name, uid_t owner, int *ret_fd,
                    struct stat *ret_stat)
{
        _cleanup_close_ int fd = -1;
        struct stat stat;

        /* O_NONBLOCK, since a FIFO would wait for its writer. */
        fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return errno == ELOOP || errno == ENXIO ? -EBADMSG : -errno;
        if (fstat(fd, &stat) < 0)
                return -errno;
        if (!S_ISREG(stat.st_mode))
                return -EBADMSG;
        if (!owner_trusted(&stat, owner) || (stat.st_mode & (S_IWGRP | S_IWOTH)))
                return -EPERM;
        *ret_fd = steal_fd(&fd);
        *ret_stat = stat;
        return 0;
}
