/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <errno.h>

/* One by one, since the reference count of @from may be changing at this moment. */
static void copy(const struct picture *from, struct picture *to)
{
        to->board = from->board ? board_ref(from->board) : NULL;
        to->slot = from->slot;
        to->alive = from->alive;
        to->change = from->change;
        to->changes = from->changes;
        to->live = from->live;
        to->generation = from->generation;
        to->config = cfgw_config_ref(from->config);
        to->status = from->status;
        to->last_epoch = from->last_epoch;
        to->last_generation = from->last_generation;
        to->own_active = from->own_active;
        to->own = from->own;
}

int picture_new(const struct picture *old, struct picture **ret)
{
        struct picture *picture = calloc(1, sizeof(*picture));

        if (!picture)
                return -ENOMEM;
        if (old)
                copy(old, picture);
        atomic_init(&picture->references, 1);
        *ret = picture;
        return 0;
}

struct picture *picture_ref(struct picture *picture)
{
        /* Relaxed: whoever takes a reference has one already. */
        atomic_fetch_add_explicit(&picture->references, 1, memory_order_relaxed);
        return picture;
}

struct picture *picture_unref(struct picture *picture)
{
        /* Acquire and release: all uses by other threads come before the free. */
        if (!picture ||
            atomic_fetch_sub_explicit(&picture->references, 1, memory_order_acq_rel) != 1)
                return NULL;
        cfgw_config_unref(picture->config);
        board_unref(picture->board);
        free(picture);
        return NULL;
}

void picture_set_board(struct picture *picture, struct board *board, const char *domain)
{
        if (board == picture->board)
                return;
        if (board)
                board_ref(board);
        board_unref(picture->board);
        picture->board = board;
        picture->slot = board ? board_find(board, domain) : NULL;
}

void picture_set_config(struct picture *picture, const cfgw_config *config)
{
        cfgw_config_unref(picture->config);
        picture->config = config;
}

bool picture_same_content(const struct picture *a, const struct picture *b)
{
        struct digest left, right;

        if (!a->config || !b->config)
                return a->config == b->config;
        left = snapshot_digest(config_snapshot(a->config));
        right = snapshot_digest(config_snapshot(b->config));
        return digest_equal(&left, &right);
}

bool picture_source_is_same(const struct picture *picture, uint64_t now)
{
        if (!picture->board)
                return !picture->live;
        if (board_is_alive(picture->board, now) != picture->alive)
                return false;
        if (picture->live)
                return picture_slot_changes(picture) == picture->changes;
        return board_change(picture->board) == picture->change;
}
