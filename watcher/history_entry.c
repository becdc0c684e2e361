/* SPDX-License-Identifier: MIT */
#include "history_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* What the file beside the entry says: the digest, two blanks, the entry's name. */
static int read_digest(const struct history *history, uint64_t generation, struct digest *ret)
{
        const struct digest *pending = history_pending_digest(history, generation);
        _cleanup_free_ char *text = NULL;
        char name[NUMBER_NAME_SIZE], rest[NUMBER_NAME_SIZE + 4] = "  ";
        struct digest digest;
        size_t size;
        int r;

        if (pending) {
                *ret = *pending;
                return 0;
        }
        number_name(generation, HISTORY_DIGEST_SUFFIX, name);
        r = file_read(history_directory(history), name, HISTORY_DIGEST_FILE_MAX, &text, &size);
        if (r == -ENOENT || r == -EFBIG || r == -ELOOP ||
            r == -EINVAL) /* no file, or none of ours */
                return -EBADMSG;
        if (r < 0)
                return r;
        number_name(generation, HISTORY_SUFFIX, name);
        strcat(strcat(rest, name), "\n");
        if (size != 2 * DIGEST_SIZE + strlen(rest) ||
            memcmp(text + 2 * DIGEST_SIZE, rest, strlen(rest)) != 0 ||
            hex_decode(text, 2 * DIGEST_SIZE, digest.bytes, DIGEST_SIZE) < 0)
                return -EBADMSG;
        *ret = digest;
        return 0;
}

/* -EBADMSG says that it is damaged; what can be told of it is in @ret even so. */
static int describe(const struct history *history, uint64_t generation, const struct stat *stat,
                    struct history_entry *ret)
{
        int r;

        *ret = (struct history_entry){
                .generation = generation,
                .accepted_usec = history_accepted_usec(history, generation),
                .size = (size_t)stat->st_size,
                .access = access_of(stat, false),
        };
        r = S_ISREG(stat->st_mode) ? read_digest(history, generation, &ret->digest) : -EBADMSG;
        ret->damaged = r < 0;
        return r;
}

static int stat_entry(const struct history *history, uint64_t generation, struct stat *ret)
{
        char name[NUMBER_NAME_SIZE];

        number_name(generation, HISTORY_SUFFIX, name);
        return fstatat(history_directory(history), name, ret, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

int history_entry_list(const struct history *history, size_t max, struct history_entry **ret,
                       size_t *ret_count)
{
        _cleanup_free_ struct history_entry *entries = NULL;
        uint64_t newest = history_newest(history), oldest = history_oldest(history);
        size_t used = 0;
        int r;

        entries = calloc((size_t)MIN((uint64_t)max, newest - oldest + 1) + 1, sizeof(*entries));
        if (!entries)
                return -ENOMEM;
        for (uint64_t i = newest; i >= oldest && used < max; i--) {
                struct stat stat;

                r = stat_entry(history, i, &stat);
                if (r == -ENOENT)
                        continue; /* somebody took it away */
                if (r == 0)
                        r = describe(history, i, &stat, &entries[used]);
                if (r < 0 && r != -EBADMSG && r != -EIO)
                        return r;
                used++;
        }
        *ret = STEAL(entries);
        *ret_count = used;
        return 0;
}

int history_entry_open(const struct history *history, uint64_t generation,
                       struct history_entry *ret, int *ret_fd)
{
        _cleanup_close_ int fd = -1;
        struct history_entry entry;
        char name[NUMBER_NAME_SIZE];
        struct stat stat;
        int r;

        if (generation > history_newest(history))
                return -ENOENT;
        number_name(generation, HISTORY_SUFFIX, name);
        fd = openat(history_directory(history), name,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return errno == ELOOP ? -EBADMSG : -errno;
        if (fstat(fd, &stat) < 0)
                return -errno;
        r = describe(history, generation, &stat, &entry);
        if (r < 0)
                return r;
        *ret = entry;
        *ret_fd = steal_fd(&fd);
        return 0;
}
