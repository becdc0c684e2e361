/* SPDX-License-Identifier: MIT */
/*
 * One file for each accepted content, named by its generation; the newest number is the
 * generation in force. A number never stands for two contents in one epoch, whatever happens
 * to the daemon or to the machine:
 *
 * - An entry is in place before anybody hears of its number. A daemon that is killed loses
 *   nothing of it, since what was written is in the kernel's hands.
 * - It is made durable after everybody has heard of it, by durability.c, which does not make the
 *   loop wait for the disk: that may take longer than all the rest takes, seconds where it is busy.
 *   If the machine dies in between, the entry may be lost, and the number would be given again. So
 *   the epoch file tells the next start of that (epoch.c), which begins a new epoch then.
 * - At a start nobody hears of anything before the epoch file is durable. That is left to
 *   history_sync(), since there may be thousands of domains and one syncfs(2) does for all of them.
 * - Where the boot cannot be told (no /proc) or the epoch file cannot be written (a full disk),
 *   entries are made durable before anybody hears of them.
 *
 * Beside each entry lies its SHA-256, as sha256sum(1) would write it, and an entry that does
 * not match is damaged: it is never read again, but its number stays used. The digest is
 * written when everybody has been told, with what makes the entry durable: until then there
 * is nothing that it could guard against. Of a daemon that was killed before that, the next
 * start in the same boot finds the entry whole and writes its digest. A machine that goes down
 * may leave an entry without one as well: that was not durable yet, and counts as damaged.
 *
 * The epoch is also made anew when no entry is left, because then nobody can tell which
 * numbers have been used.
 */
#include "history.h"

#include "epoch.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGEST_LINE "%s  %" PRIu64 HISTORY_SUFFIX "\n" /* for sha256sum --check */
struct history {
        int directory;
        size_t length;
        struct epoch epoch;
        uint64_t newest;
        uint64_t durable; /* no entry above this one is known to be durable */
        bool undigested;  /* the newest one's digest is the next, not in a file yet */
        struct digest digest;
        bool pruned; /* there is no entry beyond the length, but the one that an add pushes out */
};

/* @digest as the file beside entry @generation says it; NULL without memory. */
static char *digest_line(uint64_t generation, struct digest digest)
{
        char hex[DIGEST_HEX_SIZE];

        hex_encode(digest.bytes, DIGEST_SIZE, hex);
        return format_string(DIGEST_LINE, hex, generation);
}

static int put_digest(const struct history *history, uint64_t generation, struct digest digest)
{
        _cleanup_free_ char *line = digest_line(generation, digest);
        char name[NUMBER_NAME_SIZE];

        if (!line)
                return -ENOMEM;
        number_name(generation, HISTORY_DIGEST_SUFFIX, name);
        return file_replace(history->directory, name, line, strlen(line), access_private(),
                            !history->epoch.is_marked);
}

static int put_entry(const struct history *history, uint64_t generation,
                     const struct source *content, struct access access)
{
        char name[NUMBER_NAME_SIZE];

        number_name(generation, HISTORY_SUFFIX, name);
        return file_replace(history->directory, name, content->data, content->size, access,
                            !history->epoch.is_marked);
}

int history_write_out(struct history *history)
{
        int r;

        if (!history->undigested)
                return 0;
        r = put_digest(history, history->newest, history->digest);
        if (r == 0)
                history->undigested = false;
        return r;
}

/*
 * What @newest pushes out, which is durable by now. Only the first time the entries are looked
 * through: where there are many that takes longer than all the rest of an accept.
 */
static void drop_oldest(struct history *history, uint64_t newest)
{
        static const char *const suffixes[] = {HISTORY_SUFFIX, HISTORY_DIGEST_SUFFIX};
        uint64_t out = newest - MIN(newest, history->length);
        int r = 0;

        for (size_t i = 0; r == 0 && i < ELEMENTS(suffixes); i++)
                r = history->pruned
                            ? number_remove(history->directory, suffixes[i], out)
                            : numbers_prune(history->directory, suffixes[i], out + 1, UINT64_MAX);
        history->pruned = r == 0; /* else it is tried again with the next entry */
}

/* The next edit shall not wait for the file system to make a file. */
static void prepare_next(const struct history *history)
{
        char name[NUMBER_NAME_SIZE];

        number_name(history->newest + 1, HISTORY_SUFFIX, name);
        file_prepare(history->directory, name);
}

static int open_entry_file(const struct history *history, const char *suffix, uint64_t generation)
{
        char name[NUMBER_NAME_SIZE];

        number_name(generation, suffix, name);
        return openat(history->directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* In the order in which they are to be synced: the names after what they name. */
static int open_entry_files(const struct history *history, uint64_t generation,
                            int ret[HISTORY_ENTRY_FILES])
{
        _cleanup_close_ int digest = -1, content = -1, directory = -1;

        digest = open_entry_file(history, HISTORY_DIGEST_SUFFIX, generation);
        if (digest < 0)
                return -errno;
        content = open_entry_file(history, HISTORY_SUFFIX, generation);
        if (content < 0)
                return -errno;
        directory = fcntl(history->directory, F_DUPFD_CLOEXEC, 0);
        if (directory < 0)
                return -errno;
        ret[0] = steal_fd(&digest);
        ret[1] = steal_fd(&content);
        ret[2] = steal_fd(&directory);
        return 0;
}

int history_open_unsynced(struct history *history, uint64_t *ret_generation,
                          int ret_files[HISTORY_ENTRY_FILES])
{
        int r;

        r = history_write_out(history);
        while (r == 0 && history->durable < history->newest) {
                r = open_entry_files(history, history->durable + 1, ret_files);
                if (r == 0) {
                        *ret_generation = history->durable + 1;
                        return 1;
                }
                if (r != -ENOENT || history->durable + 1 == history->newest)
                        return r;
                history->durable++; /* dropped before its turn came */
                r = 0;
        }
        return r;
}

void history_note_synced(struct history *history, uint64_t generation)
{
        history->durable = MAX(history->durable, generation);
        drop_oldest(history, generation);
        prepare_next(history);
}

static int sync_entries(struct history *history)
{
        int files[HISTORY_ENTRY_FILES], r;
        uint64_t generation;

        while ((r = history_open_unsynced(history, &generation, files)) > 0) {
                r = files_sync(files, ELEMENTS(files));
                if (r < 0)
                        return r;
                history_note_synced(history, generation);
        }
        return r;
}

static bool has_digest(const struct history *history)
{
        char name[NUMBER_NAME_SIZE];

        number_name(history->newest, HISTORY_DIGEST_SUFFIX, name);
        return faccessat(history->directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
               errno != ENOENT;
}

/* What a daemon of this boot had not come to when it was killed; the kernel has the bytes. */
static void find_undigested(struct history *history)
{
        _cleanup_free_ char *data = NULL;
        char name[NUMBER_NAME_SIZE];
        size_t size;

        if (has_digest(history))
                return;
        number_name(history->newest, HISTORY_SUFFIX, name);
        if (file_read(history->directory, name, PARSE_SIZE_MAX, &data, &size) < 0)
                return;
        history->undigested = true;
        history->digest = digest_of(data, size);
}

static int open_epoch(struct history *history)
{
        int r;

        r = epoch_open(&history->epoch, history->directory, history->newest == 0);
        if (r < 0)
                return r;
        if (history->newest == 0 || history->epoch.has_ended)
                return 0;
        if (r == 0)
                find_undigested(history);
        if (history->undigested || has_digest(history)) /* else it is damaged, for good */
                history->durable = history->newest - 1;
        return 0;
}

/* The entries as well where the epoch cannot be: they need it all the more then. */
static int make_durable(struct history *history)
{
        int r = 0, q;

        if (history->epoch.is_loose)
                r = epoch_sync(&history->epoch, history->directory);
        q = sync_entries(history);
        return r < 0 ? r : q;
}

struct history *history_free(struct history *history)
{
        if (!history)
                return NULL;
        if (history->epoch.is_marked && make_durable(history) == 0)
                epoch_end(&history->epoch, history->directory);
        if (history->directory >= 0)
                temporaries_remove(history->directory);
        close_p(&history->directory);
        free(history);
        return NULL;
}

static int entries_find(struct history *history)
{
        _cleanup_free_ uint64_t *numbers = NULL;
        size_t count = 0;
        int r;

        temporaries_remove(history->directory);
        r = numbers_list(history->directory, HISTORY_SUFFIX, &numbers, &count);
        if (r < 0)
                return r;
        for (; count && numbers[count - 1] > HISTORY_GENERATION_MAX; count--)
                log_error("history: %" PRIu64 HISTORY_SUFFIX " is no generation's number: ignored",
                          numbers[count - 1]);
        history->newest = history->durable = count ? numbers[count - 1] : 0;
        return 0;
}

int history_open(int state, const char *domain, size_t length, struct history **ret)
{
        _cleanup_(history_free_p) struct history *history = calloc(1, sizeof(*history));
        int r;

        if (!history)
                return -ENOMEM;
        history->length = MAX(length, (size_t)1);
        history->directory = directory_make_at(state, domain);
        if (history->directory < 0)
                return history->directory;
        r = entries_find(history);
        if (r < 0)
                return r;
        r = open_epoch(history);
        if (r < 0)
                return r;
        *ret = STEAL(history);
        return 0;
}

uint64_t history_epoch(const struct history *history)
{
        return history->epoch.number;
}

int history_directory(const struct history *history)
{
        return history->directory;
}

uint64_t history_newest(const struct history *history)
{
        return history->newest;
}

uint64_t history_oldest(const struct history *history)
{
        return history->newest - MIN(history->newest, history->length) + 1;
}

const struct digest *history_pending_digest(const struct history *history, uint64_t generation)
{
        return history->undigested && generation == history->newest ? &history->digest : NULL;
}

/* -EBADMSG: these are not the bytes that were accepted. */
static int check_digest(const struct history *history, uint64_t generation, const void *data,
                        size_t size)
{
        struct digest digest = digest_of(data, size);
        _cleanup_free_ char *expected = NULL, *found = NULL;
        char name[NUMBER_NAME_SIZE];
        size_t found_size;
        int r;

        if (history_pending_digest(history, generation))
                return digest_equal(&digest, &history->digest) ? 0 : -EBADMSG;
        expected = digest_line(generation, digest);
        if (!expected)
                return -ENOMEM;
        number_name(generation, HISTORY_DIGEST_SUFFIX, name);
        r = file_read(history->directory, name, HISTORY_DIGEST_FILE_MAX, &found, &found_size);
        if (r == -ENOENT || r == -EFBIG)
                return -EBADMSG;
        return r < 0 ? r : strcmp(expected, found) ? -EBADMSG : 0;
}

int history_read(const struct history *history, uint64_t generation, size_t limit, char **ret_data,
                 size_t *ret_size)
{
        _cleanup_free_ char *data = NULL;
        char name[NUMBER_NAME_SIZE];
        size_t size;
        int r;

        number_name(generation, HISTORY_SUFFIX, name);
        r = file_read(history->directory, name, limit, &data, &size);
        if (r == 0)
                r = check_digest(history, generation, data, size);
        if (r < 0)
                return r;
        *ret_data = STEAL(data);
        *ret_size = size;
        return 0;
}

uint64_t history_accepted_usec(const struct history *history, uint64_t generation)
{
        struct stat stat;
        char name[NUMBER_NAME_SIZE];

        number_name(generation, HISTORY_SUFFIX, name);
        if (fstatat(history->directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
                return 0;
        return (uint64_t)stat.st_mtim.tv_sec * USEC_PER_SEC + (uint64_t)stat.st_mtim.tv_nsec / 1000;
}

/* It may be there, only not durable: nobody shall find it at the next start. */
static void take_back(const struct history *history, uint64_t generation)
{
        number_remove(history->directory, HISTORY_SUFFIX, generation);
        number_remove(history->directory, HISTORY_DIGEST_SUFFIX, generation);
}

int history_add(struct history *history, const struct source *content, struct access access,
                uint64_t *ret_generation)
{
        uint64_t generation = history->newest + 1;
        int r;

        r = history_write_out(history);
        if (r == 0 && !history->epoch.is_marked)
                r = put_digest(history, generation, content->digest);
        if (r == 0)
                r = put_entry(history, generation, content, access);
        if (r < 0) {
                take_back(history, generation);
                return r;
        }
        history->newest = generation;
        history->undigested = history->epoch.is_marked;
        history->digest = content->digest;
        if (!history->epoch.is_marked)
                history_note_synced(history, generation);
        *ret_generation = generation;
        return 0;
}

void history_note_durable(struct history *history)
{
        history->durable = history->newest - history->undigested;
        history->epoch.is_loose = false;
}

int history_sync(struct history *history)
{
        int r;

        r = make_durable(history);
        if (r == 0 && !history->pruned)
                history_note_synced(history, history->newest);
        return r;
}

int history_renew_epoch(struct history *history)
{
        return epoch_renew(&history->epoch, history->directory);
}

struct access history_access(const struct history *history)
{
        struct stat stat;
        char name[NUMBER_NAME_SIZE];

        number_name(history->newest, HISTORY_SUFFIX, name);
        if (fstatat(history->directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
                return access_private();
        return access_of(&stat, false);
}

int history_set_access(struct history *history, struct access access)
{
        _cleanup_close_ int fd = -1;
        char name[NUMBER_NAME_SIZE];

        number_name(history->newest, HISTORY_SUFFIX, name);
        fd = openat(history->directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : access_apply(fd, access);
}
