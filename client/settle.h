/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SETTLE_H
#define CFGWATCH_SETTLE_H

/*
 * The settle rule: when may what was read be taken for a finished save? A pure state machine
 * of one domain: hints and observations go in with the time, verdicts come out. The essay is
 * in settle.c.
 */

#include "digest.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>

/* All times in microseconds. */
struct settle_times {
        uint64_t weak_usec;      /* after a hint that is no end of a save */
        uint64_t in_place_usec;  /* content must rest this long after a save in place */
        uint64_t confirm_usec;   /* ... when it is suspicious, broken, or nobody announced it */
        uint64_t writer_usec;    /* ... while somebody has the file open for writing */
        uint64_t defer_usec;     /* no longer than this after the first hint, or the last sight of
                                    a writer or of content that is cut */
        uint64_t ttl_usec;       /* re-read this often without any hint */
        uint64_t ttl_blind_usec; /* ... where events cannot be relied on; the shorter one counts */
};

#define SETTLE_TIMES_DEFAULT                                                                       \
        ((struct settle_times){                                                                    \
                .weak_usec = 50 * USEC_PER_MSEC,                                                   \
                .in_place_usec = 250 * USEC_PER_MSEC,                                              \
                .confirm_usec = 2 * USEC_PER_SEC,                                                  \
                .writer_usec = 3 * USEC_PER_SEC,                                                   \
                .defer_usec = 5 * USEC_PER_SEC,                                                    \
                .ttl_usec = 10 * USEC_PER_SEC,                                                     \
                .ttl_blind_usec = 5 * USEC_PER_SEC,                                                \
        })

enum settle_hint {
        SETTLE_HINT_TOUCHED, /* ATTRIB: says nothing about content */
        SETTLE_HINT_GONE,    /* DELETE, MOVED_FROM, *_SELF: the name may lead elsewhere */
        SETTLE_HINT_WEAK,    /* MODIFY, CREATE: a save is under way */
        SETTLE_HINT_COMMIT,  /* CLOSE_WRITE: a writer has finished */
        SETTLE_HINT_RENAME   /* MOVED_TO: a whole file came into place */
};

/* Who found a change. */
enum settle_cause {
        SETTLE_CAUSE_EVENT,
        SETTLE_CAUSE_TTL,  /* the TTL, although events should have told */
        SETTLE_CAUSE_POLL, /* the TTL, where no event can be expected */
        SETTLE_CAUSE_SYNC,
        SETTLE_CAUSE_START /* the first look after a start */
};
#define SETTLE_CAUSES 5

enum settle_seen {
        SETTLE_SEEN_TORN,  /* no stable read */
        SETTLE_SEEN_SAME,  /* the accepted bytes */
        SETTLE_SEEN_OTHER, /* other bytes: digest, parses, suspicious and writer are set */
        SETTLE_SEEN_NONE   /* missing or unreadable: state is set */
};

struct settle_observation {
        enum settle_seen seen;
        struct digest digest;
        cfgw_state state; /* SEEN_NONE: MISSING or UNREADABLE */
        int error;        /* ... and the -errno that says why: another one is another thing */
        bool parses;
        bool empty;      /* it parses, and there is nothing in it */
        bool suspicious; /* empty, no final newline, NUL, prefix of last good, fewer sections */
        bool cut;        /* ... and of these a prefix or fewer sections: less than before */
        bool writer;     /* somebody has it open for writing */
};

enum settle_verdict {
        SETTLE_WAIT,      /* ask again at settle_deadline() */
        SETTLE_UNCHANGED, /* the accepted bytes are what is there: clear any error */
        SETTLE_ACCEPT,    /* the observed content is a finished save */
        SETTLE_REFUSE,    /* it rested long enough and cannot be used: show its state */
        SETTLE_KNOWN      /* it is what was refused already: nothing new */
};

struct settle {
        struct settle_times times;
        enum settle_cause cause; /* of the verdict to come, and of the last one */
        bool dirty;              /* between the first hint and a verdict other than WAIT */
        bool forced;             /* a sync or the start asks: do not wait for rest */
        bool renamed;            /* the last content hint was a rename */
        bool writer;             /* the last observation saw a writer */
        bool blind;              /* events cannot be relied on; the caller says so */
        unsigned int torn;       /* torn reads in a row */
        uint64_t dirty_since;
        uint64_t look_at; /* next observation while dirty */
        uint64_t ttl_at;  /* next observation while clean */
        bool has_candidate, has_refused;
        struct settle_observation candidate, refused;
        uint64_t candidate_since;
};

/*
 * The first look is due at once, and forced: at a start what is there is what counts. Unless it
 * is less than before: then it may be the first half of a save, and rests like any other.
 */
void settle_init(struct settle *settle, const struct settle_times *times, uint64_t now);

void settle_hint(struct settle *settle, enum settle_hint hint, uint64_t now);

/*
 * Somebody wants to know now: look at once, and do not wait for rest unless a writer is there or
 * the file was emptied: nobody shall get nothing because he asked in the middle of a save.
 */
void settle_sync(struct settle *settle, uint64_t now);

/* Look at once, but keep the rule (SIGHUP): half of a save is no answer. */
void settle_recheck(struct settle *settle, uint64_t now);

/* Whether events can be relied on from now on; the next TTL counts from now. */
void settle_set_blind(struct settle *settle, bool blind, uint64_t now);

/* When an observation is due. */
uint64_t settle_deadline(const struct settle *settle);

/* Takes an observation in. @now must not run backwards. */
enum settle_verdict settle_observe(struct settle *settle, const struct settle_observation *seen,
                                   uint64_t now);

/* The accept that was the last verdict could not be carried out (full disk): try again. */
void settle_retry(struct settle *settle, uint64_t now);

const char *settle_cause_name(enum settle_cause cause);

#endif
