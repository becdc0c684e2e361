/* SPDX-License-Identifier: MIT */
#include "claim.h"

#include "files.h"
#include "log.h"

#include <errno.h>
#include <string.h>

#define LOCK_FILE "lock"

static int failed(const char *what, const char *path, int error)
{
        log_error("cannot %s %s: %s", what, path, strerror(-error));
        return error;
}

int claim_take(const char *path, struct claim *ret)
{
        _cleanup_close_ int directory = -1;
        int lock, r;

        directory = directory_make(path);
        if (directory < 0)
                return failed("make", path, directory);
        /* Clients trust what its owner writes, and its mode follows the watched files. */
        r = directory_check_own(directory);
        if (r == -EPERM)
                log_error("%s belongs to another user, or others may write to it: give cfgwatchd a "
                          "directory of its own",
                          path);
        if (r < 0)
                return r == -EPERM ? r : failed("use", path, r);
        lock = lock_take(directory, LOCK_FILE);
        if (lock == -EWOULDBLOCK) {
                log_error("another cfgwatchd uses %s", path);
                return -EBUSY;
        }
        if (lock < 0)
                return failed("lock", path, lock);
        *ret = (struct claim){steal_fd(&directory), lock};
        return 0;
}

bool claim_holds(const struct claim *claim, const char *path)
{
        _cleanup_free_ char *name = format_string("%s/%s", path, LOCK_FILE);
        struct stat ours, there;

        if (!name || fstat(claim->lock, &ours) < 0)
                return true; /* not known */
        if (lstat(name, &there) < 0)
                return errno != ENOENT && errno != ENOTDIR;
        return ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

void claim_drop(struct claim *claim)
{
        close_p(&claim->directory);
        close_p(&claim->lock);
        *claim = CLAIM_NONE;
}
