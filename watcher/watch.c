/* SPDX-License-Identifier: MIT */
/*
 * One inotify instance for all domains. For each domain it watches
 *
 *   - every directory on the way of its path, through every symbolic link, for the one name
 *     that is looked up in it: what is renamed, created or removed there may lead the path
 *     elsewhere;
 *   - the file itself: writes through another hard link, and files that are mounted alone;
 *   - the mount table, because a mount over any of these makes no event of inotify's.
 *
 * A watch descriptor belongs to an inode, not to a path: two domains in one directory share
 * one, and so would a file that two paths lead to. So the unit is the interest {descriptor,
 * name, domain}: many may hang on one descriptor, and a descriptor is removed with its last
 * interest. They are all kept sorted by these three, so that an event finds its own by a
 * binary search, however many domains share a directory; and each domain has a list of its
 * own, so that arming one does not go through those of the others. All masks are added with
 * IN_MASK_ADD, since a plain second add would replace.
 *
 * Arming again leaves in place what still holds (all but the file's own inode, as a rule) and
 * drops the rest at the end, so an inode that both have in common is watched without a gap.
 * Where memory is lacking, nothing is dropped: what the walk did not come to may still hold.
 * Each directory is armed before the name in it is looked up. Events of a descriptor that
 * nobody is interested in any more are ignored by themselves: they match no interest.
 *
 * What is left out on purpose: OPEN, ACCESS and CLOSE_NOWRITE, because one's own reading
 * would make events; and writes in the directories above the file's own. Events of other
 * names are dropped by a comparison of strings, before anything else is done.
 */
#include "watch.h"

#include "chain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>

/* Of a directory on the way. */
#define WAY_MASK                                                                                   \
        (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |     \
         IN_ONLYDIR | IN_EXCL_UNLINK | IN_MASK_ADD)
/* Of the directory in which the file, or a link to it, has its name. */
#define LAST_MASK (WAY_MASK | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)
#define FILE_MASK                                                                                  \
        (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_MASK_ADD)

/* What may lead the name to another inode. */
#define MOVED_MASK                                                                                 \
        (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |     \
         IN_IGNORED | IN_UNMOUNT)

/* Of a directory itself what else there is, its attributes, does not matter. */
#define END_MASK (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

#define BUFFER_SIZE (64 * 1024) /* some thousand events a read(2) */
#define ROOM_FIRST ((size_t)16) /* what one domain takes, as a rule */

struct interest {
        struct interest *next; /* of the same domain */
        int descriptor;
        size_t domain;
        bool stale;       /* the arming that is under way has not come by it yet */
        const char *name; /* in a directory; NULL: the inode itself */
        char memory[];    /* of the name */
};

struct watch {
        int events;      /* inotify */
        int mounts;      /* the mount table; -1: not to be had */
        int mounts_poll; /* epoll: readable when the mount table has changed */
        size_t domains;
        watch_hint_fn hint;
        void *userdata;
        size_t count, room; /* of sorted */
        struct interest **sorted;
        struct interest **lists; /* by domain */
        char *buffer;
};

/*
 * The mount table is always readable; that it has changed is told by EPOLLPRI, once, to
 * whoever polls first (proc(5)). So it has an epoll of its own, and being woken by that one
 * is the whole message: asking again would find nothing. Without /proc there is the TTL.
 */
static int open_mounts(struct watch *watch)
{
        struct epoll_event event = {.events = EPOLLPRI};

        watch->mounts_poll = epoll_create1(EPOLL_CLOEXEC);
        if (watch->mounts_poll < 0)
                return -errno;
        watch->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
        if (watch->mounts < 0)
                return 0;
        return epoll_ctl(watch->mounts_poll, EPOLL_CTL_ADD, watch->mounts, &event) < 0 ? -errno : 0;
}

int watch_new(size_t domains, watch_hint_fn hint, void *userdata, struct watch **ret)
{
        _cleanup_(watch_free_p) struct watch *watch = calloc(1, sizeof(*watch));
        int r;

        if (!watch)
                return -ENOMEM;
        watch->domains = domains;
        watch->hint = hint;
        watch->userdata = userdata;
        watch->events = watch->mounts = watch->mounts_poll = -1;
        watch->buffer = malloc(BUFFER_SIZE);
        watch->lists = calloc(domains, sizeof(struct interest *));
        if (!watch->buffer || !watch->lists)
                return -ENOMEM;
        watch->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (watch->events < 0)
                return -errno;
        r = open_mounts(watch);
        if (r < 0)
                return r;
        *ret = STEAL(watch);
        return 0;
}

struct watch *watch_free(struct watch *watch)
{
        if (!watch)
                return NULL;
        close_p(&watch->events);
        close_p(&watch->mounts_poll);
        close_p(&watch->mounts);
        for (size_t i = 0; i < watch->count; i++)
                free(watch->sorted[i]);
        free(watch->sorted);
        free(watch->lists);
        free(watch->buffer);
        free(watch);
        return NULL;
}

int watch_fd(const struct watch *watch)
{
        return watch->events;
}

int watch_mounts_fd(const struct watch *watch)
{
        return watch->mounts_poll;
}

/* ---------------------------------------------------------------- arming */

/* Without a name first, so that all of a descriptor begins with that. */
static int compare_names(const char *a, const char *b)
{
        if (!a || !b)
                return (a != NULL) - (b != NULL);
        return strcmp(a, b);
}

static int compare_interests(const struct interest *a, const struct interest *b)
{
        int names;

        if (a->descriptor != b->descriptor)
                return a->descriptor < b->descriptor ? -1 : 1;
        names = compare_names(a->name, b->name);
        return names ? names : (a->domain > b->domain) - (a->domain < b->domain);
}

/* Where @wanted is, or would be. */
static size_t place_of(const struct watch *watch, const struct interest *wanted)
{
        size_t low = 0, high = watch->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (compare_interests(watch->sorted[middle], wanted) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static struct interest *interest_new(size_t domain, int descriptor, const char *name)
{
        size_t size = name ? strlen(name) + 1 : 0;
        struct interest *interest = malloc(sizeof(*interest) + size);

        if (!interest)
                return NULL;
        *interest = (struct interest){.domain = domain, .descriptor = descriptor};
        if (name)
                interest->name = memcpy(interest->memory, name, size);
        return interest;
}

/* For one more. It doubles, so that a new inode does not cost a copy of all that is known. */
static int make_room(struct watch *watch)
{
        size_t room = MAX(watch->room * 2, ROOM_FIRST);
        struct interest **larger;

        if (watch->count < watch->room)
                return 0;
        larger = reallocarray(watch->sorted, room, sizeof(*larger));
        if (!larger)
                return -ENOMEM;
        watch->sorted = larger;
        watch->room = room;
        return 0;
}

static int interest_insert(struct watch *watch, size_t at, const struct interest *wanted)
{
        struct interest *interest;

        if (make_room(watch) < 0)
                return -ENOMEM;
        interest = interest_new(wanted->domain, wanted->descriptor, wanted->name);
        if (!interest)
                return -ENOMEM;
        memmove(&watch->sorted[at + 1], &watch->sorted[at],
                (watch->count - at) * sizeof(struct interest *));
        watch->sorted[at] = interest;
        watch->count++;
        interest->next = watch->lists[interest->domain];
        watch->lists[interest->domain] = interest;
        return 0;
}

/* Removes the watch of @descriptor, whose interests would be at @at, if there are none. */
static void release(struct watch *watch, int descriptor, size_t at)
{
        if ((at > 0 && watch->sorted[at - 1]->descriptor == descriptor) ||
            (at < watch->count && watch->sorted[at]->descriptor == descriptor))
                return;
        inotify_rm_watch(watch->events, descriptor); /* fails if it is gone */
}

/* @descriptor was just watched because of this. */
static int interest_keep(struct watch *watch, size_t domain, int descriptor, const char *name)
{
        const struct interest wanted = {.domain = domain, .descriptor = descriptor, .name = name};
        size_t at = place_of(watch, &wanted);
        int r;

        if (at == watch->count || compare_interests(watch->sorted[at], &wanted) != 0) {
                r = interest_insert(watch, at, &wanted);
                if (r < 0)
                        release(watch, descriptor, at);
                return r;
        }
        watch->sorted[at]->stale = false;
        return 0;
}

struct arming {
        struct watch *watch;
        size_t domain;
        int error; /* the first directory that could not be watched */
};

static int arm_step(void *userdata, const char *directory, const char *name, bool last)
{
        struct arming *arming = userdata;
        int descriptor;

        descriptor =
                inotify_add_watch(arming->watch->events, directory, last ? LAST_MASK : WAY_MASK);
        if (descriptor >= 0)
                return interest_keep(arming->watch, arming->domain, descriptor, name);
        /* ENOENT: it went away under us, and the directory above tells of that. */
        if (arming->error == 0 && errno != ENOENT)
                arming->error = -errno;
        return 0;
}

static int arm_file(struct watch *watch, size_t domain, const char *path)
{
        int descriptor = inotify_add_watch(watch->events, path, FILE_MASK);

        if (descriptor >= 0)
                return interest_keep(watch, domain, descriptor, NULL);
        /* A missing file is no lack of the watch: the directories tell when it comes. */
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -errno;
}

static void mark_stale(struct watch *watch, size_t domain)
{
        for (struct interest *at = watch->lists[domain]; at; at = at->next)
                at->stale = true;
}

/* It is in no list any more. */
static void interest_drop(struct watch *watch, struct interest *interest)
{
        size_t at = place_of(watch, interest);

        watch->count--;
        memmove(&watch->sorted[at], &watch->sorted[at + 1],
                (watch->count - at) * sizeof(struct interest *));
        release(watch, interest->descriptor, at);
        free(interest);
}

static void drop_stale(struct watch *watch, size_t domain)
{
        struct interest **link = &watch->lists[domain];

        while (*link) {
                struct interest *interest = *link;

                if (interest->stale) {
                        *link = interest->next;
                        interest_drop(watch, interest);
                } else {
                        link = &interest->next;
                }
        }
}

int watch_arm(struct watch *watch, size_t domain, const char *path)
{
        struct arming arming = {watch, domain, 0};
        int r, q;

        mark_stale(watch, domain);
        r = chain_walk(path, arm_step, &arming);
        q = arm_file(watch, domain, path);
        if (r == -ENOMEM || q == -ENOMEM)
                return -ENOMEM;
        drop_stale(watch, domain);
        return arming.error ? arming.error : q;
}

/* ------------------------------------------------------------- dispatching */

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

/* The events of a name, of the inode itself, and of the end of a whole directory. */
static void dispatch_event(struct watch *watch, const struct inotify_event *event)
{
        bool whole = event->len == 0 && event->mask & END_MASK;
        const char *name = event->len > 0 ? event->name : NULL;
        const struct interest first = {.descriptor = event->wd, .name = name};

        for (size_t i = place_of(watch, &first); i < watch->count; i++) {
                const struct interest *interest = watch->sorted[i];

                if (interest->descriptor != event->wd ||
                    (!whole && compare_names(interest->name, name) != 0))
                        break;
                watch->hint(watch->userdata, interest->domain, hint_of(event->mask),
                            event->mask & MOVED_MASK);
        }
}

/* Something happened that no event tells more of. */
static void hint_all(struct watch *watch)
{
        for (size_t i = 0; i < watch->domains; i++)
                watch->hint(watch->userdata, i, SETTLE_HINT_GONE, true);
}

static bool dispatch_buffer(struct watch *watch, size_t size)
{
        bool overflowed = false;

        for (size_t at = 0; at < size;) {
                const struct inotify_event *event = (const void *)(watch->buffer + at);

                if (event->mask & IN_Q_OVERFLOW)
                        overflowed = true;
                else
                        dispatch_event(watch, event);
                at += sizeof(*event) + event->len;
        }
        return overflowed;
}

void watch_mounts_dispatch(struct watch *watch)
{
        hint_all(watch);
}

int watch_dispatch(struct watch *watch)
{
        bool overflowed = false;
        int waiting = 0;

        /*
         * All that was queued before the call, and no more: somebody who makes events as
         * fast as they are read must not keep the daemon in here.
         */
        if (ioctl(watch->events, FIONREAD, &waiting) < 0)
                return 0;
        while (waiting > 0) {
                ssize_t n = read(watch->events, watch->buffer, BUFFER_SIZE);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) /* EAGAIN; there is no other error for a valid instance */
                        break;
                overflowed |= dispatch_buffer(watch, (size_t)n);
                waiting -= (int)n;
        }
        if (overflowed)
                hint_all(watch);
        return overflowed;
}
