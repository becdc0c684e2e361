/* SPDX-License-Identifier: MIT */
/*
 * Of each domain one entry at a time is on its way to the disk; when it is there, the next one
 * that has come meanwhile follows. So a disk that does not keep up holds three descriptors of a
 * domain, however fast its file is edited. What failed is tried again with the domain's next entry,
 * and at the end by history_free().
 */
#include "durability.h"

#include "disk.h"
#include "log.h"

#include <errno.h>
#include <string.h>

struct durability {
        struct domain *const *domains;
        bool *under_way;   /* of each domain: an entry of it is with the disk */
        struct disk *disk; /* NULL: there is no thread to be had */
};

static void log_failure(const struct domain *domain, int error)
{
        log_error("%s: the history may not survive a crash of the machine: %s", domain->name,
                  strerror(-error));
}

/* ------------------------------------------------------------------- at a start */

static void sync_together(struct domain *const *domains, size_t count, int state)
{
        for (size_t i = 0; i < count; i++)
                history_write_out(domains[i]->history); /* if it fails, it is tried once more */
        if (syncfs(state) < 0)
                return;
        for (size_t i = 0; i < count; i++)
                history_note_durable(domains[i]->history);
}

void durability_ensure(struct domain *const *domains, size_t count, int state)
{
        int r;

        if (count > DURABILITY_APART_MAX)
                sync_together(domains, count, state);
        for (size_t i = 0; i < count; i++) {
                r = history_sync(domains[i]->history);
                if (r < 0)
                        log_failure(domains[i], r);
        }
}

/* ------------------------------------------------------------------------ later */

struct durability *durability_free(struct durability *durability)
{
        if (!durability)
                return NULL;
        disk_free(durability->disk);
        free(durability->under_way);
        free(durability);
        return NULL;
}

int durability_new(struct domain *const *domains, size_t count, struct durability **ret)
{
        _cleanup_(durability_free_p) struct durability *durability = calloc(1, sizeof(*durability));
        int r;

        if (!durability)
                return -ENOMEM;
        durability->domains = domains;
        durability->under_way = calloc(count, sizeof(bool));
        if (!durability->under_way)
                return -ENOMEM;
        r = disk_new(&durability->disk);
        if (r < 0)
                log_warning("cannot start a thread that waits for the disk: %s; each edit waits "
                            "for it",
                            strerror(-r));
        *ret = STEAL(durability);
        return 0;
}

/* Hands over the oldest entry that is not durable, if there is one. */
static int hand_over(struct durability *durability, size_t i)
{
        int files[HISTORY_ENTRY_FILES], r;
        uint64_t generation;

        r = history_open_unsynced(durability->domains[i]->history, &generation, files);
        if (r <= 0)
                return r;
        r = disk_sync(durability->disk, i, generation, files, ELEMENTS(files));
        durability->under_way[i] = r == 0;
        return r;
}

void durability_begin(struct durability *durability, size_t i)
{
        int r = 0;

        if (!durability->disk)
                r = history_sync(durability->domains[i]->history);
        else if (!durability->under_way[i])
                r = hand_over(durability, i);
        if (r < 0)
                log_failure(durability->domains[i], r);
}

int durability_fd(const struct durability *durability)
{
        return durability->disk ? disk_fd(durability->disk) : -1;
}

void durability_dispatch(struct durability *durability)
{
        struct disk_result result;

        while (disk_take(durability->disk, &result) > 0) {
                struct domain *domain = durability->domains[result.who];

                durability->under_way[result.who] = false;
                if (result.error < 0) {
                        log_failure(domain, result.error);
                        continue;
                }
                history_note_synced(domain->history, result.number);
                durability_begin(durability, result.who);
        }
}
