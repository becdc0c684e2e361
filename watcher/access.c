/* SPDX-License-Identifier: MIT */
#include "access.h"

#include <errno.h>
#include <unistd.h>

#define OWNER_MODE ((mode_t)0600)
#define GROUP_READ ((mode_t)0040)
#define OTHER_READ ((mode_t)0004)

struct access access_private(void)
{
        return (struct access){.gid = getegid(), .mode = OWNER_MODE};
}

struct access access_of(const struct stat *source, bool has_acl)
{
        if (has_acl)
                return access_private();
        return (struct access){
                .gid = source->st_gid,
                .mode = OWNER_MODE | (source->st_mode & (GROUP_READ | OTHER_READ)),
        };
}

struct access access_widest(struct access a, struct access b)
{
        struct access widest = a;

        if (!(a.mode & GROUP_READ)) /* nobody loses anything if the group is the other one's */
                widest.gid = b.gid;
        if (b.gid == widest.gid)
                widest.mode |= b.mode & GROUP_READ;
        widest.mode |= b.mode & OTHER_READ;
        return widest;
}

struct access access_narrowest(struct access a, struct access b)
{
        struct access narrowest = {.gid = a.gid,
                                   .mode = OWNER_MODE | (a.mode & b.mode & OTHER_READ)};

        if (access_covers(b, (struct access){a.gid, a.mode & GROUP_READ}))
                narrowest.mode |= a.mode & GROUP_READ;
        if (!(narrowest.mode & GROUP_READ) && (b.mode & GROUP_READ) && (a.mode & OTHER_READ))
                narrowest = (struct access){b.gid, narrowest.mode | GROUP_READ};
        return narrowest;
}

bool access_equal(struct access a, struct access b)
{
        return a.gid == b.gid && a.mode == b.mode;
}

bool access_covers(struct access own, struct access shared)
{
        if (own.mode & OTHER_READ)
                return true;
        if (shared.mode & OTHER_READ)
                return false;
        return !(shared.mode & GROUP_READ) || ((own.mode & GROUP_READ) && own.gid == shared.gid);
}

/* The mode for a file whose group is not the wanted one: it is everybody's, like others. */
static mode_t without_group(mode_t mode)
{
        return (mode & (mode_t)~0070) | (mode & 0007) << 3;
}

/* The mode with every r turned into @bits as well, for owner, group and others alike. */
static mode_t widen(mode_t mode, mode_t bits)
{
        if (mode & 0400)
                mode |= bits << 6;
        if (mode & GROUP_READ)
                mode |= bits << 3;
        if (mode & OTHER_READ)
                mode |= bits;
        return mode;
}

int access_apply(int fd, struct access access)
{
        struct stat stat;

        if (fstat(fd, &stat) < 0)
                return -errno;
        if (S_ISDIR(stat.st_mode))
                access.mode = widen(access.mode, 1);
        if (stat.st_gid != access.gid) {
                /* Nobody but us while the group is still the wrong one. */
                if (fchmod(fd, access.mode & 0700) < 0)
                        return -errno;
                if (fchown(fd, (uid_t)-1, access.gid) < 0)
                        access.mode = without_group(access.mode);
        } else if ((stat.st_mode & 07777) == access.mode) {
                return 0; /* as most often: a write of the inode less */
        }
        return fchmod(fd, access.mode) < 0 ? -errno : 0;
}

int access_apply_socket(const char *path, struct access access)
{
        struct stat stat;
        mode_t mode = widen(access.mode, 2);

        if (lstat(path, &stat) < 0)
                return -errno;
        if (!S_ISSOCK(stat.st_mode)) /* chmod(2) would follow a link */
                return -ENOTSOCK;
        if (stat.st_gid != access.gid) {
                if (chmod(path, mode & 0700) < 0)
                        return -errno;
                if (lchown(path, (uid_t)-1, access.gid) < 0)
                        mode = without_group(mode);
        }
        return chmod(path, mode) < 0 ? -errno : 0;
}
