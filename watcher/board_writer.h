/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_BOARD_WRITER_H
#define CFGWATCH_BOARD_WRITER_H

/* The one writer of the board (client/board.h): makes the file, fills slots, wakes waiters. */

#include "access.h"
#include "board.h"

struct board_writer;

/*
 * Makes a new board, with @count slots of state UNKNOWN and generation 0, in memory and in a
 * file under a temporary name. Nobody sees it before board_writer_publish().
 */
int board_writer_new(const char *runtime_directory, const struct access *access,
                     const char *const *domains, size_t count, struct board_writer **ret);

/* Renames it into place, then marks the board that was there before RETIRED. */
int board_writer_publish(struct board_writer *writer, uint64_t now);

/* Marks the board STOPPED, wakes everybody and unmaps it. The file stays for late readers. */
struct board_writer *board_writer_free(struct board_writer *writer);
DEFINE_CLEANUP(struct board_writer *, board_writer_free);

/* Makes @entry what slot @i says (generation last, with release), and wakes the waiters. */
void board_writer_set(struct board_writer *writer, size_t i, const struct board_entry *entry);

/* The daemon lives at @now. */
void board_writer_beat(struct board_writer *writer, uint64_t now);

#endif
