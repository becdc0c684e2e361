/* SPDX-License-Identifier: MIT */
/*
 * One slot a domain. A slot has nothing to say (due is USEC_NEVER) or one message, which is
 * due at once or at the end of the gap behind the last one. So memory is bounded whatever
 * comes in, and a receiver that is slow gets fewer messages and never older ones.
 *
 * The search for what is due goes round from behind the last one found: no domain starves
 * the others, and a heartbeat of all of them costs one walk and not one for each. The times
 * are an array of their own, since the walk looks at nothing else.
 *
 * The number of a message is given when it is about to go out and used up when it went, so
 * that receivers see a hole only for what was really lost on the way.
 */
#include "coalesce.h"

#include <errno.h>

struct slot {
        struct message last; /* what was said last; generation and state are the newest */
        bool known;          /* something was said at all */
        uint64_t gap_end;    /* nothing goes out before */
};

struct coalescer {
        uint64_t gap_usec;
        uint64_t sequence; /* of the next message */
        size_t count;
        size_t next; /* where the search begins, and what coalescer_next() found */
        struct slot *slots;
        uint64_t *due;
};

int coalescer_new(size_t domains, uint64_t gap_usec, struct coalescer **ret)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = calloc(1, sizeof(*coalescer));

        if (!coalescer)
                return -ENOMEM;
        coalescer->gap_usec = gap_usec;
        coalescer->sequence = 1;
        coalescer->count = domains;
        coalescer->slots = calloc(MAX(domains, 1U), sizeof(*coalescer->slots));
        coalescer->due = calloc(MAX(domains, 1U), sizeof(*coalescer->due));
        if (!coalescer->slots || !coalescer->due)
                return -ENOMEM;
        for (size_t i = 0; i < domains; i++)
                coalescer->due[i] = USEC_NEVER;
        *ret = STEAL(coalescer);
        return 0;
}

struct coalescer *coalescer_free(struct coalescer *coalescer)
{
        if (!coalescer)
                return NULL;
        free(coalescer->slots);
        free(coalescer->due);
        free(coalescer);
        return NULL;
}

/* How much a kind tells: a farewell ends all, a heartbeat is nothing new. */
static int weight(enum message_kind kind)
{
        switch (kind) {
        case MESSAGE_FAREWELL:
                return 3;
        case MESSAGE_CHANGE:
                return 2;
        case MESSAGE_STATE:
                return 1;
        case MESSAGE_HEARTBEAT:
                break;
        }
        return 0;
}

static void make_due(struct coalescer *coalescer, size_t i, enum message_kind kind, uint64_t now)
{
        struct slot *slot = &coalescer->slots[i];
        bool waits = coalescer->due[i] != USEC_NEVER;

        if (!waits || weight(kind) > weight(slot->last.kind))
                slot->last.kind = kind;
        if (!waits)
                coalescer->due[i] = MAX(now, slot->gap_end);
}

void coalescer_put(struct coalescer *coalescer, size_t i, const struct message *message,
                   uint64_t now)
{
        struct slot *slot = &coalescer->slots[i];
        enum message_kind kind = slot->last.kind;

        slot->last = *message;
        slot->last.kind = kind;
        slot->known = true;
        make_due(coalescer, i, message->kind, now);
}

void coalescer_repeat(struct coalescer *coalescer, enum message_kind kind, uint64_t now)
{
        for (size_t i = 0; i < coalescer->count; i++)
                if (coalescer->slots[i].known)
                        make_due(coalescer, i, kind, now);
}

void coalescer_hurry(struct coalescer *coalescer)
{
        for (size_t i = 0; i < coalescer->count; i++) {
                coalescer->slots[i].gap_end = 0;
                if (coalescer->due[i] != USEC_NEVER)
                        coalescer->due[i] = 0;
        }
}

uint64_t coalescer_deadline(const struct coalescer *coalescer)
{
        uint64_t deadline = USEC_NEVER;

        for (size_t i = 0; i < coalescer->count; i++)
                deadline = MIN(deadline, coalescer->due[i]);
        return deadline;
}

const struct message *coalescer_next(struct coalescer *coalescer, uint64_t now)
{
        for (size_t n = 0; n < coalescer->count; n++) {
                size_t i = (coalescer->next + n) % coalescer->count;

                if (coalescer->due[i] == USEC_NEVER || coalescer->due[i] > now)
                        continue;
                coalescer->next = i;
                coalescer->slots[i].last.sequence = coalescer->sequence;
                return &coalescer->slots[i].last;
        }
        return NULL;
}

void coalescer_sent(struct coalescer *coalescer, uint64_t now)
{
        size_t i = coalescer->next;

        coalescer->due[i] = USEC_NEVER;
        coalescer->slots[i].gap_end = usec_add(now, coalescer->gap_usec);
        coalescer->sequence++;
        coalescer->next = (i + 1) % coalescer->count;
}
