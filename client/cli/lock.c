/* SPDX-License-Identifier: MIT */
/*
 * The lock of an edit lies on the file itself, as visudo does it: it needs no second file, goes
 * with the process, and is not the lock by which Proxmox Backup writes, which nobody may hold for
 * as long as an editor is open. Who saves puts another file in place; so a lock counts only on the
 * file that the path still names. The content is kept safe by its digest, not by this lock.
 */
#include "edit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define LOCK_TRIES 10 /* a file that is replaced that often in a row is not edited by hand */

/* The process that holds a flock(2) on the file, as the kernel tells; 0 if it does not. */
static pid_t find_holder(const struct stat *file)
{
        FILE *locks = fopen("/proc/locks", "re");
        unsigned int device_major, device_minor;
        unsigned long long inode;
        char line[256];
        pid_t found = 0;
        int pid;

        while (locks && !found && fgets(line, sizeof(line), locks))
                if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%llu", &pid, &device_major,
                           &device_minor, &inode) == 4 &&
                    makedev(device_major, device_minor) == file->st_dev && inode == file->st_ino &&
                    pid > 0)
                        found = pid;
        if (locks)
                fclose(locks);
        return found;
}

/*
 * NFS locks for writing only what is open for writing, which would look like a save that goes on;
 * others have no locks at all. Then two edits are possible, and the later save is refused.
 */
static bool is_without_locks(int error)
{
        return error == EBADF || error == ENOLCK || error == EOPNOTSUPP || error == ENOSYS;
}

/* -EAGAIN: the path names another file by now. */
static int lock_opened(int fd, const char *path, pid_t *ret_pid)
{
        struct stat locked, named;

        if (fstat(fd, &locked) < 0)
                return -errno;
        if (!S_ISREG(locked.st_mode))
                return -EINVAL;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                if (errno == EWOULDBLOCK)
                        *ret_pid = find_holder(&locked);
                if (!is_without_locks(errno))
                        return errno == EWOULDBLOCK ? -EBUSY : -errno;
        }
        if (stat(path, &named) < 0)
                return -errno;
        return named.st_dev == locked.st_dev && named.st_ino == locked.st_ino ? 0 : -EAGAIN;
}

int edit_lock(const char *path, int *ret_fd, pid_t *ret_pid)
{
        int r = -EAGAIN;

        for (int i = 0; i < LOCK_TRIES && r == -EAGAIN; i++) {
                CLEANUP(close_done)
                int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

                if (fd < 0)
                        return -errno;
                r = lock_opened(fd, path, ret_pid);
                if (r == 0) {
                        *ret_fd = fd;
                        fd = -1;
                }
        }
        return r;
}
