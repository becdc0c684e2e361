/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_PICTURE_H
#define CFGWATCH_PICTURE_H

/*
 * All that the process knows of one domain at one moment: content, status, and what they
 * were taken from. A picture never changes once a view shows it; views, readers and events
 * share it by reference.
 */

#include "board.h"
#include "config.h"
#include "settle.h"
#include "status.h"

struct picture {
        _Atomic unsigned int references;

        struct board *board; /* NULL: none could be opened */
        const struct board_slot *slot;
        bool alive;       /* what board_is_alive() said of it */
        uint32_t change;  /* board_change() before it was known to be the newest */
        uint32_t changes; /* of the slot, likewise */

        bool live;           /* the daemon decides: content and status are what the slot says */
        uint64_t generation; /* live: the slot's */
        const cfgw_config *config;
        cfgw_status status;

        /* The newest content that a daemon gave. */
        uint64_t last_epoch, last_generation;

        /* While the daemon does not decide: the own reading of the file. */
        bool own_active;
        struct settle own;
};

/* A new one, of which the caller is the only owner, with all that @old knows (or nothing). */
int picture_new(const struct picture *old, struct picture **ret);
struct picture *picture_ref(struct picture *picture);
struct picture *picture_unref(struct picture *picture);
DEFINE_CLEANUP(struct picture *, picture_unref);

/* Replaces the board and looks up the slot of @domain; both are borrowed and may be NULL. */
void picture_set_board(struct picture *picture, struct board *board, const char *domain);

/* Replaces the content; takes the reference over. */
void picture_set_config(struct picture *picture, const cfgw_config *config);

/*
 * Whether what @picture was taken from says still the same. False for a live picture means
 * that the daemon has said something new since.
 */
bool picture_source_is_same(const struct picture *picture, uint64_t now);

/* The `changes` of its slot, now. */
static inline uint32_t picture_slot_changes(const struct picture *picture)
{
        /* Acquire: what is read of the slot afterwards is not older. */
        return atomic_load_explicit(&picture->slot->changes, memory_order_acquire);
}

/* Whether the content of both is the same, byte by byte of the source. */
bool picture_same_content(const struct picture *a, const struct picture *b);

#endif
