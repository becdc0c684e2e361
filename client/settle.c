/* SPDX-License-Identifier: MIT */
/*
 * The settle rule, as a state machine of one domain.
 *
 * Programs save files in some dozen ways, and on most of them a reader can see the file
 * missing, empty, cut or mixed on the way. No event says "the save is finished" for all of
 * them. So what was read counts as finished when it has rested long enough, and how long is
 * enough depends on how much speaks for it:
 *
 *   nothing to wait for   it was renamed into place, nobody has it open for writing, it
 *                         parses and is not empty; or somebody asked for it now (sync, start)
 *                         and it has not been emptied
 *   in_place              an event announced it, nobody has it open for writing
 *   confirm               it is suspicious (empty, no final newline, a NUL byte, cut, fewer
 *                         sections), or it does not parse, or is missing, or no event
 *                         announced it
 *   writer                somebody has it open for writing: he may go on at any moment
 *
 * Resting means that the same observation (kind and digest) is made at the beginning and at
 * the end, each time from a freshly opened file, with nothing else seen between.
 *
 * States: clean (waiting for a hint or the TTL) and dirty (from the first hint until a
 * verdict other than WAIT). While dirty there is always a next look, so a hint cannot be
 * forgotten; hints that come during a look make the next one earlier, never later. Against
 * starvation by a file that never rests, `defer` ends the waiting; but not while a writer is
 * seen, or content that is less than before and still grows: then whatever is read is by all
 * evidence half of something, and only silence (`writer`, `confirm`) counts. The caller can
 * show that such a domain is pending.
 *
 * What was refused is remembered, so that the same bad content is told once. Nothing else is
 * remembered about what was seen: not times, not inode numbers.
 *
 * The machine does no I/O, knows no clock, and neither does it know what was accepted last:
 * the caller compares digests and says SAME.
 */
#include "settle.h"

#include <string.h>

#define TORN_RETRY_USEC (2 * USEC_PER_MSEC) /* a write(2) of a config file is over by then */
#define TORN_RETRIES 3                      /* that soon; afterwards at the weak pace */
#define WRITER_LOOK_USEC                                                                           \
        (100 * USEC_PER_MSEC) /* closing may come without an event (lost watch)                    \
                               */

void settle_init(struct settle *settle, const struct settle_times *times, uint64_t now)
{
        *settle = (struct settle){
                .times = *times,
                .cause = SETTLE_CAUSE_START,
                .dirty = true,
                .forced = true,
                .dirty_since = now,
                .look_at = now,
                .ttl_at = usec_add(now, times->ttl_usec),
        };
}

/* Who finds what nobody announces. */
static enum settle_cause silent_cause(const struct settle *settle)
{
        return settle->blind ? SETTLE_CAUSE_POLL : SETTLE_CAUSE_TTL;
}

static bool is_silent(enum settle_cause cause)
{
        return cause == SETTLE_CAUSE_TTL || cause == SETTLE_CAUSE_POLL;
}

static uint64_t next_ttl(const struct settle *settle, uint64_t now)
{
        const struct settle_times *times = &settle->times;

        return usec_add(now, settle->blind ? MIN(times->ttl_usec, times->ttl_blind_usec)
                                           : times->ttl_usec);
}

static void make_dirty(struct settle *settle, enum settle_cause cause, uint64_t now)
{
        if (settle->dirty)
                return;
        settle->dirty = true;
        settle->dirty_since = now;
        settle->look_at = USEC_NEVER;
        settle->cause = cause;
        settle->forced = false;
        settle->renamed = false;
        settle->torn = 0;
        settle->has_candidate = false;
}

static void look_before(struct settle *settle, uint64_t at)
{
        settle->look_at = MIN(settle->look_at, at);
}

void settle_hint(struct settle *settle, enum settle_hint hint, uint64_t now)
{
        /* An attribute that changed announces no content: what is found then is the TTL's. */
        make_dirty(settle, hint == SETTLE_HINT_TOUCHED ? silent_cause(settle) : SETTLE_CAUSE_EVENT,
                   now);
        if (hint != SETTLE_HINT_TOUCHED && (is_silent(settle->cause) || !settle->forced))
                settle->cause = SETTLE_CAUSE_EVENT;
        /* Only what tells of content counts as the last such hint: after a rename the end of
         * the inode that was there before is told as well. */
        if (hint != SETTLE_HINT_TOUCHED && hint != SETTLE_HINT_GONE)
                settle->renamed = hint == SETTLE_HINT_RENAME;
        if (hint == SETTLE_HINT_COMMIT || hint == SETTLE_HINT_RENAME)
                settle->look_at = now;
        else
                look_before(settle, usec_add(now, settle->times.weak_usec));
}

void settle_sync(struct settle *settle, uint64_t now)
{
        make_dirty(settle, SETTLE_CAUSE_SYNC, now);
        settle->forced = true;
        settle->look_at = now;
}

void settle_recheck(struct settle *settle, uint64_t now)
{
        make_dirty(settle, SETTLE_CAUSE_SYNC, now);
        settle->look_at = now;
}

void settle_retry(struct settle *settle, uint64_t now)
{
        enum settle_cause cause = settle->cause;

        make_dirty(settle, cause, now);
        settle->look_at = usec_add(now, settle->times.confirm_usec);
}

void settle_set_blind(struct settle *settle, bool blind, uint64_t now)
{
        if (settle->blind == blind)
                return;
        settle->blind = blind;
        settle->ttl_at = MIN(settle->ttl_at, next_ttl(settle, now));
}

uint64_t settle_deadline(const struct settle *settle)
{
        return settle->dirty ? settle->look_at : settle->ttl_at;
}

static bool same_thing(const struct settle_observation *a, const struct settle_observation *b)
{
        if (a->seen != b->seen)
                return false;
        if (a->seen == SETTLE_SEEN_NONE)
                return a->state == b->state && a->error == b->error;
        return digest_equal(&a->digest, &b->digest);
}

static bool usable(const struct settle_observation *seen)
{
        return seen->seen == SETTLE_SEEN_OTHER && seen->parses;
}

/* How long what was seen must rest. */
static uint64_t rest_needed(const struct settle *settle, const struct settle_observation *seen)
{
        if (seen->writer)
                return settle->times.writer_usec;
        if (settle->forced)
                return 0;
        if (settle->renamed && usable(seen) && !seen->empty)
                return 0;
        if (seen->suspicious || !usable(seen) || settle->cause != SETTLE_CAUSE_EVENT)
                return settle->times.confirm_usec;
        return settle->times.in_place_usec;
}

static enum settle_verdict decide(struct settle *settle, enum settle_verdict verdict, uint64_t now)
{
        settle->dirty = false;
        settle->forced = false;
        settle->has_candidate = false;
        settle->ttl_at = next_ttl(settle, now);
        return verdict;
}

static enum settle_verdict observe_torn(struct settle *settle, uint64_t now)
{
        settle->torn++;
        settle->has_candidate = false;
        settle->look_at = usec_add(now, settle->torn <= TORN_RETRIES ? TORN_RETRY_USEC
                                                                     : settle->times.weak_usec);
        return SETTLE_WAIT;
}

static enum settle_verdict rested(struct settle *settle, const struct settle_observation *seen,
                                  uint64_t now)
{
        if (usable(seen)) {
                settle->has_refused = false;
                return decide(settle, SETTLE_ACCEPT, now);
        }
        settle->has_refused = true;
        settle->refused = *seen;
        return decide(settle, SETTLE_REFUSE, now);
}

enum settle_verdict settle_observe(struct settle *settle, const struct settle_observation *seen,
                                   uint64_t now)
{
        uint64_t rest_until, give_up;
        bool unfinished = seen->writer || seen->cut;

        if (!settle->dirty)
                make_dirty(settle, silent_cause(settle), now);
        settle->writer = seen->seen == SETTLE_SEEN_OTHER && seen->writer;
        if (seen->seen == SETTLE_SEEN_TORN)
                return observe_torn(settle, now);
        settle->torn = 0;
        if (seen->seen == SETTLE_SEEN_SAME) {
                settle->has_refused = false;
                return decide(settle, SETTLE_UNCHANGED, now);
        }
        if (settle->has_refused && same_thing(&settle->refused, seen) && !usable(seen))
                return decide(settle, SETTLE_KNOWN, now);

        if (!settle->has_candidate || !same_thing(&settle->candidate, seen))
                settle->candidate_since = now;
        settle->has_candidate = true;
        settle->candidate = *seen;

        if (seen->cut && (seen->empty || settle->cause == SETTLE_CAUSE_START))
                settle->forced = false;
        rest_until = usec_add(settle->candidate_since, rest_needed(settle, seen));
        if (unfinished)
                settle->dirty_since = now; /* the deferral counts from its last sight */
        give_up = unfinished ? USEC_NEVER : usec_add(settle->dirty_since, settle->times.defer_usec);
        if (now >= rest_until || now >= give_up)
                return rested(settle, seen, now);
        settle->look_at = MIN(rest_until, give_up);
        if (seen->writer)
                look_before(settle, usec_add(now, WRITER_LOOK_USEC));
        return SETTLE_WAIT;
}

const char *settle_cause_name(enum settle_cause cause)
{
        switch (cause) {
        case SETTLE_CAUSE_EVENT:
                return "event";
        case SETTLE_CAUSE_TTL:
                return "ttl";
        case SETTLE_CAUSE_POLL:
                return "poll";
        case SETTLE_CAUSE_SYNC:
                return "sync";
        case SETTLE_CAUSE_START:
                return "start";
        }
        return "unknown";
}
