/* SPDX-License-Identifier: MIT */
/*
 * One file for each accepted content, named by its generation; the newest number is the
 * generation in force. An entry is durable before anybody hears of its number, so a number
 * never stands for two contents, whatever happens to the machine. The epoch is written once,
 * before the first entry; it is made anew when no entry is left, because then nobody can
 * tell which numbers have been used.
 */
#include "history.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define SUFFIX ".cfg"
#define EPOCH_FILE "epoch"
#define EPOCH_DIGITS 16

struct history {
        int directory;
        struct access access;
        size_t length;
        uint64_t epoch;
        uint64_t newest;
        uint64_t oldest;
};

struct history *history_free(struct history *history)
{
        if (!history)
                return NULL;
        close_p(&history->directory);
        free(history);
        return NULL;
}

static void entry_name(uint64_t generation, char ret[32])
{
        snprintf(ret, 32, "%" PRIu64 SUFFIX, generation);
}

static int epoch_read(struct history *history)
{
        _cleanup_free_ char *text = NULL;
        uint8_t bytes[8];
        size_t size;
        int r;

        r = file_read(history->directory, EPOCH_FILE, EPOCH_DIGITS + 1, &text, &size);
        if (r < 0)
                return r;
        if (size != EPOCH_DIGITS + 1 || text[EPOCH_DIGITS] != '\n' ||
            hex_decode(text, EPOCH_DIGITS, bytes, sizeof(bytes)) < 0)
                return -EBADMSG;
        history->epoch = 0;
        for (size_t i = 0; i < sizeof(bytes); i++)
                history->epoch = history->epoch << 8 | bytes[i];
        return history->epoch ? 0 : -EBADMSG;
}

static int epoch_make(struct history *history)
{
        char text[EPOCH_DIGITS + 2];

        do
                if (getrandom(&history->epoch, sizeof(history->epoch), 0) < 0)
                        return -errno;
        while (history->epoch == 0);
        snprintf(text, sizeof(text), "%016" PRIx64 "\n", history->epoch);
        return file_replace(history->directory, EPOCH_FILE, text, EPOCH_DIGITS + 1, history->access,
                            true);
}

static int entries_find(struct history *history)
{
        _cleanup_free_ uint64_t *numbers = NULL;
        size_t count = 0;
        int r;

        r = numbers_list(history->directory, SUFFIX, &numbers, &count);
        if (r < 0)
                return r;
        history->oldest = count ? numbers[0] : 1;
        history->newest = count ? numbers[count - 1] : 0;
        return 0;
}

int history_open(int state, const char *domain, struct access access, size_t length,
                 struct history **ret)
{
        _cleanup_(history_free_p) struct history *history = calloc(1, sizeof(*history));
        int r;

        if (!history)
                return -ENOMEM;
        history->access = access;
        history->length = MAX(length, (size_t)1);
        history->directory = directory_make_at(state, domain, access);
        if (history->directory < 0)
                return history->directory;
        r = entries_find(history);
        if (r < 0)
                return r;
        if (history->newest == 0 || epoch_read(history) < 0) {
                r = epoch_make(history);
                if (r < 0)
                        return r;
        }
        *ret = STEAL(history);
        return 0;
}

uint64_t history_epoch(const struct history *history)
{
        return history->epoch;
}

uint64_t history_newest(const struct history *history)
{
        return history->newest;
}

int history_read(const struct history *history, uint64_t generation, size_t limit, char **ret_data,
                 size_t *ret_size)
{
        char name[32];

        entry_name(generation, name);
        return file_read(history->directory, name, limit, ret_data, ret_size);
}

uint64_t history_accepted_usec(const struct history *history, uint64_t generation)
{
        struct stat stat;
        char name[32];

        entry_name(generation, name);
        if (fstatat(history->directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
                return 0;
        return (uint64_t)stat.st_mtim.tv_sec * USEC_PER_SEC + (uint64_t)stat.st_mtim.tv_nsec / 1000;
}

static void drop_oldest(struct history *history)
{
        while (history->newest - history->oldest >= history->length) {
                char name[32];

                entry_name(history->oldest, name);
                if (unlinkat(history->directory, name, 0) < 0 && errno != ENOENT)
                        return; /* it is tried again with the next entry */
                history->oldest++;
        }
}

int history_add(struct history *history, const void *data, size_t size, uint64_t *ret_generation)
{
        char name[32];
        int r;

        entry_name(history->newest + 1, name);
        r = file_replace(history->directory, name, data, size, history->access, true);
        if (r < 0) {
                /* It may be there, only not durable: nobody shall find it at the next start. */
                unlinkat(history->directory, name, 0);
                return r;
        }
        history->newest++;
        drop_oldest(history);
        *ret_generation = history->newest;
        return 0;
}

int history_set_access(struct history *history, struct access access)
{
        history->access = access;
        return access_apply(history->directory, access);
}
