/* SPDX-License-Identifier: MIT */
/*
 * flock(2) on a file of its own, since the file itself is another one after each replacement.
 * `datastore.cfg` has `.datastore.lck`, as Proxmox Backup calls it. The kernel lets go of the
 * lock when its holder dies, so nothing has to be cleaned up after anybody.
 *
 * The lock file is never written, nor removed once it is right. Where it is missing it appears
 * under its name with owner and mode at once: made without a name first, then linked. Otherwise
 * somebody who is killed at the wrong moment would leave one that shuts out Proxmox Backup, which
 * runs as another user. On a file system without nameless files that moment remains.
 *
 * Somebody may have removed the file while we waited: a lock counts if it is that of the file
 * that has the name now.
 *
 * Nobody can wait for a lock with a limit but by signals, which are the host program's, or by
 * looking again and again.
 */
#include "file_lock.h"

#include "attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#define SUFFIX ".cfg" /* not part of the lock's name */

/* Whoever may replace the file may lock it. */
#define LOCK_MODE ((mode_t)0660)

#define NAP_USEC (2 * USEC_PER_MSEC)

static int name_lock(const char *name, char ret[NAME_MAX + 1])
{
        size_t size = strlen(name), suffix = strlen(SUFFIX);

        if (size > suffix && strcmp(name + size - suffix, SUFFIX) == 0)
                size -= suffix;
        return snprintf(ret, NAME_MAX + 1, ".%.*s.lck", (int)size, name) > NAME_MAX ? -ENAMETOOLONG
                                                                                    : 0;
}

/*
 * Owner and group of the file that is locked. Who cannot give them cannot replace it either, and
 * must not leave a lock that its owner cannot take.
 */
static int give_rights(const struct place *place, int fd)
{
        struct rights rights;
        struct stat stat;
        int r;

        if (fstatat(place->directory, place->name, &stat, AT_SYMLINK_NOFOLLOW) == 0) {
                rights = rights_of(&stat);
                rights.mode = LOCK_MODE;
                return rights_give(fd, rights);
        }
        if (errno != ENOENT || fstat(place->directory, &stat) < 0)
                return -errno;
        rights = rights_new(&stat);
        rights.mode = LOCK_MODE;
        r = rights_give(fd, rights);
        return r == -EPERM ? 0 : r; /* for ourselves, as the file will be */
}

/* Gives the nameless file a name. The first way needs a new kernel or root, the second /proc. */
static int link_file(int fd, int directory, const char *name)
{
        char path[sizeof("/proc/self/fd/") + 3 * sizeof(int)];

        if (linkat(fd, "", directory, name, AT_EMPTY_PATH) == 0 || errno == EEXIST)
                return 0;
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        if (linkat(AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST)
                return 0;
        return -errno;
}

/* -EOPNOTSUPP: there is no such way here. */
static int make_whole(const struct place *place, const char *name)
{
        _cleanup_close_ int fd = -1;
        int r;

        fd = openat(place->directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0)
                return -EOPNOTSUPP;
        r = give_rights(place, fd);
        if (r < 0)
                return r;
        return link_file(fd, place->directory, name) < 0 ? -EOPNOTSUPP : 0;
}

static int make(const struct place *place, const char *name)
{
        _cleanup_close_ int fd = -1;
        int r;

        r = make_whole(place, name);
        if (r != -EOPNOTSUPP)
                return r;
        fd = openat(place->directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0600);
        if (fd < 0)
                return errno == EEXIST ? 0 : -errno;
        r = give_rights(place, fd);
        /* Under the lock, so that whoever waits for it finds that it is not the current one. */
        if (r < 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
                unlinkat(place->directory, name, 0);
        return r;
}

/* An fd or -errno. */
static int open_lock(const struct place *place, const char *name)
{
        int fd = openat(place->directory, name,
                        O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

static bool is_current(const struct place *place, const char *name, int fd)
{
        struct stat ours, named;

        return fstat(fd, &ours) == 0 &&
               fstatat(place->directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
               ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

/* An fd, or -EAGAIN: look again. */
static int try(const struct place *place, const char *name)
{
        _cleanup_close_ int fd = open_lock(place, name);
        int r;

        if (fd == -ENOENT) {
                r = make(place, name);
                if (r < 0)
                        return r;
                fd = open_lock(place, name);
        }
        if (fd < 0)
                return fd == -ENOENT ? -EAGAIN : fd;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
        return is_current(place, name, fd) ? steal_fd(&fd) : -EAGAIN;
}

int file_lock_take(const struct place *place, uint64_t until, int *ret)
{
        const struct timespec nap = {.tv_nsec = (long)NAP_USEC * 1000};
        char name[NAME_MAX + 1];
        int r;

        r = name_lock(place->name, name);
        if (r < 0)
                return r;
        for (;;) {
                r = try(place, name);
                if (r >= 0) {
                        *ret = r;
                        return 0;
                }
                if (r != -EAGAIN)
                        return r;
                if (now_usec() >= until)
                        return -ETIMEDOUT;
                nanosleep(&nap, NULL);
        }
}

/* A child that was forked meanwhile has the lock as well: hence not by close(2) alone. */
void file_lock_release(int fd)
{
        if (fd < 0)
                return;
        flock(fd, LOCK_UN);
        close(fd);
}
