/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_BOARD_H
#define CFGWATCH_BOARD_H

/*
 * The board: the shared page of generations that the daemon writes and every client maps
 * read-only. The layout and the reading side; the one writer is watcher/board_writer.c.
 * The essay (who may write what, in which order, and why the memory orders are enough) is
 * in board.c.
 */

#include "digest.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>
#include <stdatomic.h>

#define BOARD_FILE "board"                       /* in the runtime directory */
#define BOARD_MAGIC UINT64_C(0x314452424757464d) /* any fixed number that text cannot be */
#define BOARD_VERSION 1
#define BOARD_SLOTS_MAX 4096 /* domains of one daemon: 2 MiB of board */
#define BOARD_REASON_MAX 255 /* bytes; a longer reason is cut */

#define BOARD_BEAT_USEC USEC_PER_SEC /* the daemon stamps its life this often */
#define BOARD_SILENCE_USEC (3 * USEC_PER_SEC + USEC_PER_SEC / 2) /* after that it is silent */

enum board_daemon {
        BOARD_RUNNING = 1,
        BOARD_STOPPED = 2, /* a clean stop */
        BOARD_RETIRED = 3  /* another board file has taken the place of this one */
};

/*
 * 64 bytes, at the start of the file. What is not atomic never changes after the rename.
 * The header keeps its shape in every version: a daemon retires the board of another one.
 */
struct board_header {
        uint64_t magic;
        uint32_t version;
        uint32_t slot_size; /* sizeof(struct board_slot) */
        uint32_t slot_count;
        uint32_t reserved;
        uint64_t size;               /* of the whole file */
        _Atomic uint64_t alive_usec; /* CLOCK_MONOTONIC; 0 when stopped or retired */
        _Atomic uint32_t daemon;     /* enum board_daemon */
        _Atomic uint32_t change;     /* rises with every change of any slot: the futex word */
        uint8_t padding[16];
};

/* What a slot says beside its generation: read and written as a whole, under `sequence`. */
struct board_entry {
        uint64_t generation; /* in force; 0: none yet */
        uint64_t epoch;
        uint64_t since_usec; /* CLOCK_REALTIME: since when the state lasts */
        uint32_t state;      /* cfgw_state */
        uint32_t line;
        struct digest digest; /* of the content in force */
        char reason[BOARD_REASON_MAX + 1];
};

#define BOARD_ENTRY_WORDS ((sizeof(struct board_entry) + 7) / 8)

struct board_slot {
        /* The hot line: all that a lookup reads. */
        _Atomic uint64_t generation; /* in force; stored with release, loaded with acquire */
        _Atomic uint32_t sequence;   /* odd while the entry is being written */
        _Atomic uint32_t changes;    /* rises with every change of this slot (state, reason, ...) */
        uint8_t padding[48];
        char name[DOMAIN_NAME_MAX + 1];            /* never changes after the rename */
        _Atomic uint64_t words[BOARD_ENTRY_WORDS]; /* a struct board_entry */
        uint8_t tail[512 - 128 - 8 * BOARD_ENTRY_WORDS];
};

_Static_assert(sizeof(struct board_header) == 64, "the header is one cache line");
_Static_assert(sizeof(struct board_slot) == 512, "slots stay aligned to cache lines");

/* The bytes of a board file with @slot_count slots. */
static inline size_t board_size(size_t slot_count)
{
        return sizeof(struct board_header) + slot_count * sizeof(struct board_slot);
}

struct board; /* a mapping, reference counted, usable without its file descriptor */

/*
 * Maps the board in @runtime_directory and checks owner, mode, size, magic, version and
 * sizes before anything in it is believed. -ENOENT: none there. -EBADMSG: not a board.
 * -EPERM: the wrong owner, or others may write to it. -EPROTONOSUPPORT: another version.
 */
int board_open(const char *runtime_directory, struct board **ret);
struct board *board_ref(struct board *board);
struct board *board_unref(struct board *board);
DEFINE_CLEANUP(struct board *, board_unref);

/* Whether the file at the path is still the mapped one (stat; for the slow path). */
bool board_is_current(const struct board *board, const char *runtime_directory);

/* When the daemon last showed life, 0 if it stopped or retired. */
uint64_t board_alive_usec(const struct board *board);
/* Whether it counts as alive at @now (a coarse clock may be a little behind). */
bool board_is_alive(const struct board *board, uint64_t now);

size_t board_count(const struct board *board);
const struct board_slot *board_slot_at(const struct board *board, size_t i);
const struct board_slot *board_find(const struct board *board, const char *domain);

/* A consistent copy. -EAGAIN: the writer died in the middle of writing it. */
int board_slot_read(const struct board_slot *slot, struct board_entry *ret);

/* The futex word, and a wait until it is not @seen any more. 0, -ETIMEDOUT, -EINTR. */
uint32_t board_change(const struct board *board);
int board_wait(const struct board *board, uint32_t seen, uint64_t timeout_usec);

#endif
