/* SPDX-License-Identifier: MIT */
#include "attributes.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/xattr.h>

#define ACL "system.posix_acl_access"

#define NEW_MODE ((mode_t)0640) /* Proxmox Backup's for its config files */

struct rights rights_of(const struct stat *stat)
{
        return (struct rights){stat->st_uid, stat->st_gid, stat->st_mode & (mode_t)07777};
}

struct rights rights_new(const struct stat *directory)
{
        return (struct rights){geteuid(), directory->st_gid, NEW_MODE};
}

int rights_give(int fd, struct rights rights)
{
        struct stat stat;

        if (fstat(fd, &stat) < 0)
                return -errno;
        if ((stat.st_uid != rights.uid || stat.st_gid != rights.gid) &&
            fchown(fd, rights.uid, rights.gid) < 0)
                return errno == EINVAL ? -EPERM : -errno; /* EINVAL: not in the user namespace */
        return fchmod(fd, rights.mode) < 0 ? -errno : 0;
}

/* What the kernel made of the old content would be wrong for the new one. */
static bool is_of_content(const char *name)
{
        return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0 ||
               strcmp(name, "security.capability") == 0;
}

/* Labels are given by a policy, which may not let us: then the new file has that of its place. */
static bool may_be_refused(const char *name)
{
        return strncmp(name, "security.", strlen("security.")) == 0 ||
               strncmp(name, "trusted.", strlen("trusted.")) == 0;
}

static int copy_attribute(int source, int fd, const char *name)
{
        _cleanup_free_ char *value = malloc(XATTR_SIZE_MAX);
        ssize_t size;

        if (!value)
                return -ENOMEM;
        size = fgetxattr(source, name, value, XATTR_SIZE_MAX);
        if (size < 0)
                return errno == ENODATA || may_be_refused(name) ? 0 : -errno;
        if (fsetxattr(fd, name, value, (size_t)size, 0) < 0)
                return may_be_refused(name) ? 0 : -errno;
        return 0;
}

static int copy_attributes(int source, int fd, const char *names, size_t size)
{
        bool has_acl = false;
        int r;

        for (const char *name = names; name < names + size; name += strlen(name) + 1) {
                has_acl = has_acl || strcmp(name, ACL) == 0;
                r = is_of_content(name) ? 0 : copy_attribute(source, fd, name);
                if (r < 0)
                        return r;
        }
        if (!has_acl && fremovexattr(fd, ACL) < 0 && errno != ENODATA && errno != EOPNOTSUPP)
                return -errno;
        return 0;
}

int attributes_copy(int source, int fd)
{
        _cleanup_free_ char *names = malloc(XATTR_LIST_MAX);
        ssize_t size;

        if (!names)
                return -ENOMEM;
        size = flistxattr(source, names, XATTR_LIST_MAX);
        if (size < 0)
                return errno == EOPNOTSUPP ? 0 : -errno;
        return copy_attributes(source, fd, names, (size_t)size);
}
