/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DOMAIN_H
#define CFGWATCH_DOMAIN_H

/*
 * One watched file: looks at it when the settle rule says so, keeps the last good content,
 * its generation, and what is known of the file. Tells the caller what is news; knows
 * neither inotify nor the board nor any peer.
 */

#include "board.h"
#include "history.h"
#include "settle.h"
#include "source.h"
#include "store.h"

#define DOMAIN_REASON_MAX 255

/* The guards: what becomes of a file that loses all that it held. Unsaid is as the first
 * that is said. */
enum domain_empty {
        DOMAIN_EMPTY_UNSAID,
        DOMAIN_EMPTY_ACCEPT, /* content without a section is content */
        DOMAIN_EMPTY_REFUSE  /* ... is invalid */
};

enum domain_missing {
        DOMAIN_MISSING_UNSAID,
        DOMAIN_MISSING_KEEP, /* the last good content stays in force */
        DOMAIN_MISSING_EMPTY /* as an empty file, if that is accepted */
};

struct domain_options {
        const char *name;
        const char *path; /* absolute */
        struct parse_rules rules;
        struct settle_times times;
        size_t history_length;
        enum domain_empty empty;
        enum domain_missing missing;
        const struct board_entry *told; /* what an earlier daemon told of it; NULL: nothing known */
};

/* What a look brought. */
enum domain_news {
        DOMAIN_NOTHING,
        DOMAIN_NEW_STATE,  /* state, line or reason; the same content is in force */
        DOMAIN_NEW_CONTENT /* a new generation is in force */
};

/* Everybody may read this; only domain.c writes, but for what is marked. */
struct domain {
        char *name;
        char *path;
        struct parse_rules rules;
        struct settle settle; /* hints, syncs and rechecks go straight in */
        struct history *history;
        struct store *store;
        struct access access; /* who may read the content in force */
        enum domain_empty empty;
        enum domain_missing missing;

        uint64_t generation; /* in force; 0: there is no content yet */
        struct digest digest;
        size_t size;
        size_t sections;
        cfgw_format format;     /* ... was read as; of what comes: rules.format */
        uint64_t accepted_usec; /* CLOCK_REALTIME */

        struct snapshot *unrestored; /* the last good content that could not be written yet */

        bool absent; /* there is no file, and that is the empty content in force */
        cfgw_state state;
        uint64_t since_usec; /* CLOCK_REALTIME: since when the state lasts */
        uint32_t line;
        char reason[DOMAIN_REASON_MAX + 1]; /* empty: nothing is wrong */
        int store_error;                    /* the -errno of state UNSTORED */

        uint64_t found[SETTLE_CAUSES]; /* changes, by who found them */
        enum settle_cause found_last;  /* who found the last change */
        bool missed; /* the TTL found one alone, and no event has found one since */
        uint64_t accepted, unchanged, invalid;

        cfgw_report *report;  /* the warnings of an accept, until it is finished */
        uint64_t torn_log_at; /* when to complain of a file that changes while it is read */

        /* Written by the daemon, as settle.blind is: -errno of the last arming. */
        int watch_error;
};

/*
 * Opens history and snapshots, and brings the newest accepted content back in force, so that
 * a restart is no news. If it cannot be written for the clients (a full disk), there is no
 * content until that succeeds: each look tries it. The first look is due at once. -errno says
 * that state or runtime directory cannot be used.
 */
int domain_new(const struct domain_options *options, int state, int runtime, uint64_t now,
               struct domain **ret);
struct domain *domain_free(struct domain *domain);
DEFINE_CLEANUP(struct domain *, domain_free);

/* Looks at the file. Due at settle_deadline(&domain->settle). */
enum domain_news domain_look(struct domain *domain, uint64_t now);

/* Whether a directory in which it keeps its contents was removed: nothing can be stored any more.
 */
bool domain_is_lost(const struct domain *domain);

/*
 * Does after DOMAIN_NEW_CONTENT what need not happen before everybody has heard of it:
 * removes old copies, logs. Making it durable is left to durability.c.
 */
void domain_finish_accept(struct domain *domain);

/*
 * The reason, if everybody in @audience may read the file that it may quote from; else words
 * that say where it is.
 */
const char *domain_public_reason(const struct domain *domain, struct access audience);

/*
 * Why changes of this file may be found late (free() it), or NULL if there is no such reason.
 */
char *domain_degraded(const struct domain *domain);

#endif
