/* SPDX-License-Identifier: MIT */
#include "follow.h"

#include "snapshot_file.h"

#include <errno.h>

/* The board may move on between its slot and the snapshot's file, but not that often in a row. */
#define FOLLOW_TRIES 64

static bool is_generation(const cfgw_config *config, const struct board_entry *entry)
{
        return config && cfgw_config_generation(config) == entry->generation &&
               cfgw_config_epoch(config) == entry->epoch;
}

/*
 * -ESTALE: what the slot says is no successor of what was shown. A daemon that has not looked
 * at the file yet has nothing to say against what was read from it; and the numbers of one
 * epoch do not go back, also if the library has read for itself in between.
 */
static int check_succession(const struct picture *picture, const struct board_entry *entry)
{
        bool own = picture->config && cfgw_config_generation(picture->config) == 0;

        if (entry->state == CFGW_STATE_UNKNOWN && (own || entry->generation == 0))
                return -ESTALE;
        return entry->epoch == picture->last_epoch && entry->generation > 0 &&
                               entry->generation < picture->last_generation
                       ? -ESTALE
                       : 0;
}

/* Puts the content that @entry names into @picture, if it is not there already. */
static int follow_content(const char *runtime_directory, const char *domain,
                          struct picture *picture, const struct board_entry *entry)
{
        const cfgw_config *config;
        int r;

        r = check_succession(picture, entry);
        if (r < 0)
                return r;
        if (entry->generation == 0 || is_generation(picture->config, entry))
                return 0;
        r = snapshot_file_open(runtime_directory, domain, entry, &config);
        if (r < 0)
                return r;
        picture_set_config(picture, config);
        picture->last_epoch = entry->epoch;
        picture->last_generation = entry->generation;
        return 0;
}

static void show_entry(struct picture *picture, const struct board_entry *entry)
{
        cfgw_status *status = &picture->status;

        status->state = (cfgw_state)entry->state;
        status->since_usec = entry->since_usec;
        status->line = entry->line;
        status_set_reason(status, "%s", entry->reason);
        if (!picture->config)
                status->freshness = CFGW_FRESHNESS_NONE;
        else if (entry->state == CFGW_STATE_VALID && is_generation(picture->config, entry))
                status->freshness = CFGW_FRESHNESS_LIVE;
        else
                status->freshness = CFGW_FRESHNESS_LAST_GOOD;
}

/*
 * Reads the slot and sees to it that @picture has the content it names. A snapshot that is
 * gone is no error if the slot has changed meanwhile: there is a newer one.
 */
static int follow_slot(const char *runtime_directory, const char *domain, struct picture *picture,
                       struct board_entry *ret)
{
        int r = -EAGAIN;

        for (int i = 0; i < FOLLOW_TRIES; i++) {
                picture->changes = picture_slot_changes(picture);
                r = board_slot_read(picture->slot, ret);
                if (r < 0)
                        return r;
                r = follow_content(runtime_directory, domain, picture, ret);
                if (r != -ENOENT || picture_slot_changes(picture) == picture->changes)
                        return r;
        }
        return r;
}

int follow_live(struct picture *picture, const char *runtime_directory, const char *domain)
{
        struct board_entry entry;
        int r;

        if (!picture->slot)
                return -ENOENT;
        r = follow_slot(runtime_directory, domain, picture, &entry);
        if (r < 0)
                return r;
        show_entry(picture, &entry);
        picture->generation = entry.generation;
        picture->live = true;
        picture->own_active = false;
        return 0;
}

void follow_leftover(struct picture *picture, const char *runtime_directory, const char *domain)
{
        const cfgw_config *before = picture->config;
        struct board_entry entry;

        if (picture->alive || !picture->slot || (before && cfgw_config_generation(before) == 0) ||
            follow_slot(runtime_directory, domain, picture, &entry) < 0)
                return;
        if (picture->config != before || picture->live)
                show_entry(picture, &entry);
}
