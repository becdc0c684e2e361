/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_COALESCE_H
#define CFGWATCH_COALESCE_H

/*
 * Which message is due when: the first one of a domain at once, then at most one in each gap,
 * where the newest wins. Pure: the clock is passed in, sending is the caller's.
 */

#include "event.h"

struct coalescer;

int coalescer_new(size_t domains, uint64_t gap_usec, struct coalescer **ret);
struct coalescer *coalescer_free(struct coalescer *coalescer);
DEFINE_CLEANUP(struct coalescer *, coalescer_free);

/* Takes in what domain @i has to say. It replaces what waits, but for the kind if that told more.
 */
void coalescer_put(struct coalescer *coalescer, size_t i, const struct message *message,
                   uint64_t now);

/* Makes the last message of every domain due again as @kind; what waits keeps its turn. */
void coalescer_repeat(struct coalescer *coalescer, enum message_kind kind, uint64_t now);

/* Forgets the gaps: all that waits is due. For a receiver that has heard nothing yet. */
void coalescer_hurry(struct coalescer *coalescer);

/* When the next message is due: 0 for at once, USEC_NEVER if nothing waits. */
uint64_t coalescer_deadline(const struct coalescer *coalescer);

/*
 * The next message that is due at @now, numbered, or NULL. Borrowed until the next call. It
 * stays due until coalescer_sent() says that it went out.
 */
const struct message *coalescer_next(struct coalescer *coalescer, uint64_t now);
void coalescer_sent(struct coalescer *coalescer, uint64_t now);

#endif
