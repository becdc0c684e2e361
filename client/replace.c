/* SPDX-License-Identifier: MIT */
/*
 * Replacing a file
 * ================
 *
 *   1  find      the path, and the format
 *   2  validate  nothing on the disk has been touched so far
 *   3  lock      the file behind the links of the path, its directory opened; flock(2) on a
 *                file of its own (file_lock.c); anew if the path leads somewhere else by then
 *   4  read      what the file holds, and compare with what the caller expects
 *   5  make      `.NAME.cfgwatch` in the same directory: write, owner and group, attributes,
 *                mode, fsync(2)
 *   6  compare   the file is still the one that was read: inode, size and stamps
 *   7  rename    over the file
 *   8  fsync     the directory
 *   9  unlock    and have the daemon look, until its board shows what was written
 *
 * What is there after kill -9, or after any call has failed:
 *
 *   until 3      everything as it was
 *   4 to 6       the old file, untouched: all is done to another inode, under another name. At
 *                worst that name is left. It is always the same one, so the next who has the
 *                lock removes it, and there is never more than one. It cannot be somebody's at
 *                work, since he would have the lock. Until its owner is given it is 0600 and
 *                ours; nobody reads in it what he may not read in the file.
 *   7            the old file or the new one, since rename(2) is atomic. The new one is whole, and
 *                has its owner, attributes and mode, since all of that came before.
 *   8            the new file. If the power fails as well: the old one or the new one. The
 *                new one is whole then, since its data was synchronised before it got its name.
 *   9            the new file. The daemon finds it without us, since it watches.
 *
 * The kernel drops the lock of a dead process. The lock file has its owner and mode from its
 * first moment on.
 *
 * Lost updates. Those who take the lock exclude each other. An editor does not: hence 6, after
 * the fsync that takes longest. If the file has changed, all begins anew with 4, where the caller's
 * expectation decides. Between 6 and 7 there are some microseconds without remedy, unless there
 * was no file, and a save in place that goes on after 7 is one of the old inode.
 *
 * Bytes that the file holds already are not written. They are synchronised all the same: who was
 * killed at 8, or vi, has not done it.
 *
 * Read your writes. After 9 the board has the generation of the new content. All lookups go by
 * the board, so they see it: in every process, at once.
 */
#include "attributes.h"
#include "file_lock.h"
#include "source.h"
#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FOREVER_USEC (30 * USEC_PER_SEC) /* what CFGW_FOREVER means: no save takes longer */
#define NAP_USEC (10 * USEC_PER_MSEC)    /* before another try */

/* Whoever changes the file more often than this in a row does not stop; others want the lock. */
#define CHANGES_MAX 20

struct job {
        const cfgw_replacement *replacement;
        struct digest digest;   /* of the new content */
        struct digest expected; /* if `expects` */
        bool expects;
        uint64_t until; /* CLOCK_MONOTONIC */
        char *path;
        cfgw_format format;
        struct place place;
        char temporary[NAME_MAX + 1];
        int lock;
        struct stat written; /* of the file that has the new content */
        bool unsure;         /* whether the disk has it */
};

/* What the file holds; no fd: there is no file. */
struct current {
        int fd;
        struct stat stat;     /* before it was read */
        struct digest digest; /* 0, which nothing has: it is too large for a config */
};

static void job_clear(struct job *job)
{
        file_lock_release(job->lock);
        place_clear(&job->place);
        free(job->path);
}

static void current_clear(struct current *current)
{
        close_p(&current->fd);
}

static void nap(void)
{
        const struct timespec time = {.tv_nsec = (long)NAP_USEC * 1000};

        nanosleep(&time, NULL);
}

/* ------------------------------------------------------------------- find */

/* What the config in force says of the file; by a view of our own, which is no user of a source. */
static int ask_config(cfgw_client *client, const char *domain, struct job *job)
{
        _cleanup_(picture_unref_p) struct picture *picture = NULL;
        _cleanup_(view_free_p) struct view *view = NULL;
        int r;

        r = view_new(client, domain, &view);
        if (r < 0)
                return r;
        picture = view_get(view);
        if (!picture->config)
                return 0;
        job->format = cfgw_config_format(picture->config);
        job->path = strdup(cfgw_config_path(picture->config));
        return job->path ? 0 : -ENOMEM;
}

/* What the caller said counts more: the content in force may be older than that. */
static int find(cfgw_client *client, const char *domain, struct job *job)
{
        int r;

        r = ask_config(client, domain, job);
        if (r == 0)
                r = client_source(client, domain, &job->path, &job->format);
        if (r < 0)
                return r;
        return job->path ? 0 : -ENODATA;
}

static int validate(const struct job *job, const char *domain, cfgw_report **ret_report)
{
        const cfgw_replacement *replacement = job->replacement;
        _cleanup_(cfgw_config_unref_p) const cfgw_config *config = NULL;
        unsigned int flags =
                replacement->flags & CFGW_REPLACE_TOLERANT ? CFGW_LOAD_TOLERANT : CFGW_LOAD_STRICT;

        if (job->format == CFGW_FORMAT_INI)
                flags |= CFGW_LOAD_INI;
        return cfgw_config_parse(replacement->data, replacement->size, domain, flags, &config,
                                 ret_report);
}

/* ------------------------------------------------------------------- read */

static int read_current(const struct job *job, struct current *ret)
{
        _cleanup_(current_clear) struct current current = {.fd = -1};
        _cleanup_free_ char *data = NULL;
        size_t size;
        int r = 0;

        current.fd = openat(job->place.directory, job->place.name,
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (current.fd < 0 && errno != ENOENT)
                return errno == ELOOP ? -EAGAIN : -errno; /* it was no link a moment ago */
        if (current.fd >= 0) {
                if (fstat(current.fd, &current.stat) < 0)
                        return -errno;
                if (!S_ISREG(current.stat.st_mode))
                        return -EINVAL;
                r = read_all(current.fd, (size_t)current.stat.st_size, PARSE_SIZE_MAX, &data,
                             &size);
                if (r < 0 && r != -EFBIG)
                        return r;
        }
        if (r == 0)
                current.digest = digest_of(data ? data : "", data ? size : 0);
        *ret = current;
        current.fd = -1;
        return 0;
}

/* Whether the file is still what was read, as far as its stamps tell. */
static bool is_unmoved(const struct job *job, const struct current *current)
{
        struct stat now;

        if (fstatat(job->place.directory, job->place.name, &now, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT && current->fd < 0;
        return current->fd >= 0 && stat_equal(&current->stat, &now);
}

/* ------------------------------------------------------------------- make */

static int give(const struct job *job, const struct current *current, int fd)
{
        struct stat directory;
        int r;

        if (current->fd >= 0) {
                struct rights rights = rights_of(&current->stat), owner = rights;

                owner.mode = 0600; /* an access list opens it: to nobody but whom it is for */
                r = rights_give(fd, owner);
                if (r == 0)
                        r = attributes_copy(current->fd, fd);
                return r < 0 ? r : rights_give(fd, rights);
        }
        if (fstat(job->place.directory, &directory) < 0)
                return -errno;
        r = rights_give(fd, rights_new(&directory));
        return r == -EPERM ? 0 : r; /* it stays 0600 */
}

static int make_temporary(const struct job *job, const struct current *current)
{
        const cfgw_replacement *replacement = job->replacement;
        int fd, r;

        fd = openat(job->place.directory, job->temporary,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        r = write_all(fd, replacement->data, replacement->size);
        if (r == 0)
                r = give(job, current, fd);
        if (r == 0 && fsync(fd) < 0)
                r = -errno;
        /* NFS may tell only now that there was no room. */
        if (close(fd) < 0 && r == 0)
                r = -errno;
        return r;
}

/* Whether the name exists or not, it is ours: we have the lock. */
static int remove_temporary(const struct job *job)
{
        return unlinkat(job->place.directory, job->temporary, 0) < 0 && errno != ENOENT ? -errno
                                                                                        : 0;
}

/* Some file systems cannot, and do not have to. */
static void sync_directory(struct job *job)
{
        if (fsync(job->place.directory) < 0 && errno != EINVAL)
                job->unsure = true;
}

/* ------------------------------------------------------------------- replace */

/* Where no file was, one that has come meanwhile stays; not every file system can do that. */
static int give_name(const struct job *job, const struct current *current)
{
        int directory = job->place.directory;

        if (current->fd < 0) {
                if (renameat2(directory, job->temporary, directory, job->place.name,
                              RENAME_NOREPLACE) == 0)
                        return 0;
                if (errno != EINVAL && errno != ENOSYS)
                        return errno == EEXIST ? -EAGAIN : -errno;
        }
        return renameat(directory, job->temporary, directory, job->place.name) < 0 ? -errno : 0;
}

static int put_in_place(struct job *job, const struct current *current)
{
        int r;

        r = make_temporary(job, current);
        if (r == 0 && !is_unmoved(job, current))
                r = -EAGAIN;
        if (r == 0)
                r = give_name(job, current);
        if (r < 0) {
                remove_temporary(job);
                return r;
        }
        if (fstatat(job->place.directory, job->place.name, &job->written, AT_SYMLINK_NOFOLLOW) < 0)
                memset(&job->written, 0, sizeof(job->written)); /* it is gone again */
        sync_directory(job);
        return 0;
}

/* Under the lock. -EAGAIN: somebody without the lock has changed the file. */
static int replace_once(struct job *job)
{
        _cleanup_(current_clear) struct current current = {.fd = -1};
        int r;

        r = remove_temporary(job);
        if (r == 0)
                r = read_current(job, &current);
        if (r < 0)
                return r;
        if (job->expects && !digest_equal(&current.digest, &job->expected))
                return -ESTALE;
        if (current.fd < 0 || !digest_equal(&current.digest, &job->digest))
                return put_in_place(job, &current);
        if (!is_unmoved(job, &current))
                return -EAGAIN;
        job->written = current.stat;
        if (fsync(current.fd) < 0)
                job->unsure = true;
        sync_directory(job);
        return 0;
}

/* ------------------------------------------------------------------- lock */

static void unlock(struct job *job)
{
        file_lock_release(job->lock);
        job->lock = -1;
        place_clear(&job->place);
}

static int lock_once(struct job *job)
{
        int r;

        r = place_find(job->path, &job->place);
        if (r < 0)
                return r;
        r = snprintf(job->temporary, sizeof(job->temporary), ".%s.cfgwatch", job->place.name);
        if (r >= (int)sizeof(job->temporary))
                return -ENAMETOOLONG;
        return file_lock_take(&job->place, job->until, &job->lock);
}

/* Somebody may point a link to another file, or move the directory, while we wait for the lock. */
static bool is_led_astray(const struct job *job)
{
        _cleanup_(place_clear) struct place now = PLACE_INIT;

        return place_find(job->path, &now) < 0 || !place_equal(&job->place, &now);
}

static int lock(struct job *job)
{
        int r;

        while ((r = lock_once(job)) == 0 && is_led_astray(job)) {
                unlock(job);
                if (now_usec() >= job->until)
                        return -EAGAIN;
        }
        return r;
}

static int replace_locked(struct job *job)
{
        int r;

        r = lock(job);
        if (r < 0)
                return r;
        for (int i = 0; (r = replace_once(job)) == -EAGAIN; i++) {
                if (i >= CHANGES_MAX || now_usec() >= job->until)
                        break;
                nap();
        }
        file_lock_release(job->lock);
        job->lock = -1; /* the place is looked at once more */
        return r;
}

/* ------------------------------------------------------------------- confirm */

/* A daemon that is busy answers again soon; of one that stops in the middle comes no answer. */
static int sync_daemon(cfgw_client *client, const char *domain, uint64_t until,
                       uint64_t *ret_generation)
{
        int r;

        for (;;) {
                uint64_t now = now_usec();

                r = cfgw_client_sync(client, domain, until > now ? until - now : 0, ret_generation);
                if ((r != -EBUSY && r != -EPROTO) || now_usec() >= until)
                        return r;
                nap();
        }
}

/*
 * Whether somebody has saved since; perhaps the same bytes, so that not they tell, but whose file
 * they are in.
 */
static bool is_superseded(const struct job *job)
{
        struct stat now;

        return fstatat(job->place.directory, job->place.name, &now, AT_SYMLINK_NOFOLLOW) < 0 ||
               !stat_equal(&job->written, &now);
}

/* Whether the daemon has taken what was written, or what was saved after it. */
static bool is_accepted(cfgw_client *client, const char *domain, const struct job *job)
{
        _cleanup_(board_unref_p) struct board *board = client_board(client, now_usec()).board;
        const struct board_slot *slot = board ? board_find(board, domain) : NULL;
        struct board_entry entry;

        /* It is not for us to read: then all that is known is that the daemon has looked. */
        if (!slot || board_slot_read(slot, &entry) < 0)
                return true;
        if (digest_equal(&entry.digest, &job->digest))
                return true;
        return entry.state == CFGW_STATE_VALID && is_superseded(job);
}

static int confirm(cfgw_client *client, const char *domain, const struct job *job,
                   uint64_t *ret_generation)
{
        uint64_t generation = 0;
        int r;

        r = sync_daemon(client, domain, job->until, &generation);
        if (r == -ENODATA || (r == 0 && !is_accepted(client, domain, job)))
                return -ECANCELED;
        if ((r < 0 && r != -ENOTCONN && r != -ENOENT) || job->unsure)
                return -EINPROGRESS;
        if (ret_generation)
                *ret_generation = generation;
        return 0;
}

/* ------------------------------------------------------------------- public */

static bool is_valid(const cfgw_replacement *replacement)
{
        return replacement && (replacement->data || replacement->size == 0) &&
               !(replacement->flags & ~(unsigned int)CFGW_REPLACE_TOLERANT);
}

static int prepare(const cfgw_replacement *replacement, struct job *job)
{
        uint64_t timeout = replacement->timeout_usec;
        const char *expected = replacement->expected_digest;

        job->replacement = replacement;
        job->until = usec_add(now_usec(), timeout == CFGW_FOREVER ? FOREVER_USEC : timeout);
        job->expects = expected;
        if (expected &&
            hex_decode(expected, strlen(expected), job->expected.bytes, DIGEST_SIZE) < 0)
                return -EINVAL;
        if (replacement->size > PARSE_SIZE_MAX)
                return -EFBIG;
        job->digest = digest_of(replacement->size > 0 ? replacement->data : "", replacement->size);
        return 0;
}

PUBLIC int cfgw_replace(cfgw_client *client, const char *domain,
                        const cfgw_replacement *replacement, uint64_t *ret_generation,
                        cfgw_report **ret_report)
{
        _cleanup_(job_clear) struct job job = {.place = PLACE_INIT, .lock = -1};
        int r;

        if (ret_report)
                *ret_report = NULL;
        if (!client || !domain || !domain_name_valid(domain) || !is_valid(replacement))
                return -EINVAL;
        r = prepare(replacement, &job);
        if (r == 0)
                r = find(client, domain, &job);
        if (r == 0)
                r = validate(&job, domain, ret_report);
        if (r == 0)
                r = replace_locked(&job);
        return r < 0 ? r : confirm(client, domain, &job, ret_generation);
}
