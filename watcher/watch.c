/* SPDX-License-Identifier: MIT */
/*
 * One inotify instance for all domains. For each domain it watches
 *
 *   - the directory that the path names, and, where the path is a symbolic link, the
 *     directory of the file that it leads to: renames, creations and removals of the name;
 *   - the file itself: writes through another hard link, and files that are mounted alone.
 *
 * A watch descriptor belongs to an inode, not to a path: two domains in one directory share
 * one, and so would a file that two paths lead to. So the unit is the interest {descriptor,
 * name, domain}: many may hang on one descriptor, and a descriptor is removed with its last
 * interest. All masks are added with IN_MASK_ADD, since a plain second add would replace.
 *
 * Arming again builds the new interests before the old ones are dropped, so an inode that
 * both have in common is watched without a gap. Events of a descriptor that nobody is
 * interested in any more are ignored by themselves: they match no interest.
 *
 * What is left out on purpose: OPEN, ACCESS and CLOSE_NOWRITE, because one's own reading
 * would make events. Events of other names in the directory are dropped by a comparison of
 * strings, before anything else is done.
 */
#include "watch.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>

#define DIRECTORY_MASK                                                                             \
        (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE |        \
         IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK | IN_MASK_ADD)
#define FILE_MASK                                                                                  \
        (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_MASK_ADD)

/* What may lead the name to another inode. */
#define MOVED_MASK                                                                                 \
        (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |     \
         IN_IGNORED | IN_UNMOUNT)

#define BUFFER_SIZE (64 * 1024) /* some thousand events a read(2) */

struct interest {
        int descriptor;
        size_t domain;
        char *name; /* in a directory; NULL: the inode itself */
};

struct watch {
        int fd;
        size_t domains;
        watch_hint_fn hint;
        void *userdata;
        size_t count;
        struct interest *interests;
        char *buffer;
};

int watch_new(size_t domains, watch_hint_fn hint, void *userdata, struct watch **ret)
{
        _cleanup_(watch_free_p) struct watch *watch = calloc(1, sizeof(*watch));

        if (!watch)
                return -ENOMEM;
        watch->domains = domains;
        watch->hint = hint;
        watch->userdata = userdata;
        watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (watch->fd < 0)
                return -errno;
        watch->buffer = malloc(BUFFER_SIZE);
        if (!watch->buffer)
                return -ENOMEM;
        *ret = STEAL(watch);
        return 0;
}

struct watch *watch_free(struct watch *watch)
{
        if (!watch)
                return NULL;
        close_p(&watch->fd);
        for (size_t i = 0; i < watch->count; i++)
                free(watch->interests[i].name);
        free(watch->interests);
        free(watch->buffer);
        free(watch);
        return NULL;
}

int watch_fd(const struct watch *watch)
{
        return watch->fd;
}

static bool is_known(const struct watch *watch, int descriptor)
{
        for (size_t i = 0; i < watch->count; i++)
                if (watch->interests[i].descriptor == descriptor)
                        return true;
        return false;
}

static int interest_add(struct watch *watch, size_t domain, const char *path, const char *name)
{
        _cleanup_free_ char *copy = name ? strdup(name) : NULL;
        struct interest *larger;
        int descriptor;

        larger = reallocarray(watch->interests, watch->count + 1, sizeof(*larger));
        if (!larger || (name && !copy)) {
                watch->interests = larger ? larger : watch->interests;
                return -ENOMEM;
        }
        watch->interests = larger;
        descriptor = inotify_add_watch(watch->fd, path, name ? DIRECTORY_MASK : FILE_MASK);
        if (descriptor < 0)
                return -errno;
        larger[watch->count++] = (struct interest){descriptor, domain, STEAL(copy)};
        return 0;
}

static int add_directory_of(struct watch *watch, size_t domain, const char *path)
{
        _cleanup_free_ char *directory = strdup(path), *base = strdup(path);

        if (!directory || !base)
                return -ENOMEM;
        return interest_add(watch, domain, dirname(directory), basename(base));
}

/* Drops the first @count interests if they are @domain's, and descriptors with no interest left. */
static void drop_old(struct watch *watch, size_t domain, size_t count)
{
        _cleanup_free_ int *dropped = calloc(count ? count : 1, sizeof(*dropped));
        size_t kept = 0, gone = 0;

        if (!dropped)
                return; /* an interest too many gives a hint too many, no harm */
        for (size_t i = 0; i < watch->count; i++) {
                struct interest *interest = &watch->interests[i];

                if (i < count && interest->domain == domain) {
                        dropped[gone++] = interest->descriptor;
                        free(interest->name);
                } else {
                        watch->interests[kept++] = *interest;
                }
        }
        watch->count = kept;
        for (size_t i = 0; i < gone; i++)
                if (!is_known(watch, dropped[i]))
                        inotify_rm_watch(watch->fd, dropped[i]); /* fails if it is gone itself */
}

int watch_arm(struct watch *watch, size_t domain, const char *path)
{
        _cleanup_free_ char *target = NULL;
        size_t old = watch->count;
        int r, first = 0;

        first = add_directory_of(watch, domain, path);
        target = realpath(path, NULL);
        if (target && strcmp(target, path) != 0) {
                r = add_directory_of(watch, domain, target);
                first = first ? first : r;
        }
        /* A missing file is no lack of the watch: its directory tells when it comes. */
        r = interest_add(watch, domain, path, NULL);
        if (r < 0 && r != -ENOENT)
                first = first ? first : r;
        drop_old(watch, domain, old);
        return first;
}

static enum settle_hint hint_of(uint32_t mask)
{
        if (mask & IN_MOVED_TO)
                return SETTLE_HINT_RENAME;
        if (mask & IN_CLOSE_WRITE)
                return SETTLE_HINT_COMMIT;
        if (mask & (IN_MODIFY | IN_CREATE))
                return SETTLE_HINT_WEAK;
        if (mask & IN_ATTRIB)
                return SETTLE_HINT_TOUCHED;
        return SETTLE_HINT_GONE;
}

/* Whether the event is about the interest: its inode, its name, or the whole directory's end. */
static bool concerns(const struct interest *interest, const struct inotify_event *event)
{
        if (interest->descriptor != event->wd)
                return false;
        if (!interest->name)
                return event->len == 0;
        if (event->len == 0) /* of the directory itself; its attributes do not matter */
                return event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT);
        return strcmp(interest->name, event->name) == 0;
}

static void dispatch_event(struct watch *watch, const struct inotify_event *event)
{
        for (size_t i = 0; i < watch->count; i++)
                if (concerns(&watch->interests[i], event))
                        watch->hint(watch->userdata, watch->interests[i].domain,
                                    hint_of(event->mask), event->mask & MOVED_MASK);
}

static void dispatch_overflow(struct watch *watch)
{
        for (size_t i = 0; i < watch->domains; i++)
                watch->hint(watch->userdata, i, SETTLE_HINT_GONE, true);
}

int watch_dispatch(struct watch *watch)
{
        int overflowed = 0;

        for (;;) {
                ssize_t n = read(watch->fd, watch->buffer, BUFFER_SIZE);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) /* EAGAIN; there is no other error for a valid instance */
                        break;
                for (char *at = watch->buffer; at < watch->buffer + n;) {
                        const struct inotify_event *event = (const void *)at;

                        if (event->mask & IN_Q_OVERFLOW) {
                                overflowed = 1;
                                dispatch_overflow(watch);
                        } else {
                                dispatch_event(watch, event);
                        }
                        at += sizeof(*event) + event->len;
                }
        }
        return overflowed;
}
