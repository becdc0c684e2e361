/* SPDX-License-Identifier: MIT */
#include "filesystem.h"

#include "util.h"

#include <errno.h>
#include <libgen.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif
#ifndef ZFS_SUPER_MAGIC
#define ZFS_SUPER_MAGIC 0x2fc12fc1
#endif

static bool is_local(long type)
{
        switch ((unsigned int)type) {
        case EXT4_SUPER_MAGIC: /* ext2 and ext3 as well */
        case XFS_SUPER_MAGIC:
        case BTRFS_SUPER_MAGIC:
        case ZFS_SUPER_MAGIC:
        case TMPFS_MAGIC:
        case RAMFS_MAGIC:
        case F2FS_SUPER_MAGIC:
                return true;
        default:
                return false;
        }
}

bool filesystem_tells_all(const char *path)
{
        _cleanup_free_ char *copy = strdup(path);
        struct statfs buffer;
        char *at = copy;

        while (at && statfs(at, &buffer) < 0) {
                if ((errno != ENOENT && errno != ENOTDIR) || strcmp(at, "/") == 0)
                        return false;
                at = dirname(at);
        }
        return at && is_local(buffer.f_type);
}
