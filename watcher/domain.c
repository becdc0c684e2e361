/* SPDX-License-Identifier: MIT */
/*
 * A domain is the settle machine (client/settle.c) with hands: it reads and parses what the
 * machine wants to see, and carries out what the machine decides.
 *
 * Order of an accept: the snapshot is renamed into place, then the history entry, then the
 * fields of struct domain change and the caller puts the number on the board; when everybody
 * has been told, durability.c makes the entry durable. Killed before the entry is in
 * place, the snapshot is an orphan that nobody knows and the next start removes; killed after
 * it, the next start finds the entry and puts its number on the board. The number of the next
 * generation is always the newest entry's plus one, so no number is left out and none is
 * given twice; history.c tells why that holds even if the machine goes down.
 *
 * If either cannot be stored (a full disk), nothing moves: the state is UNSTORED, the last
 * good content stays in force, and the accept is tried again. So it is when the last good
 * content itself cannot be written at a start: until that is done there is no content, and the
 * file is not looked at, since what it holds may be just that and no new generation.
 */
#include "domain.h"

#include "log.h"
#include "look.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WARNINGS_LOGGED 10 /* of one file; a file with more has one cause for all of them */
#define TORN_LOG_USEC (60 * USEC_PER_SEC) /* between two complaints of the same */

struct domain *domain_free(struct domain *domain)
{
        if (!domain)
                return NULL;
        store_free(domain->store);
        history_free(domain->history);
        cfgw_report_free(domain->report);
        free(domain->unrestored);
        free(domain->name);
        free(domain->path);
        free(domain);
        return NULL;
}

/* ---------------------------------------------------------------- last good */

static void put_in_force(struct domain *domain, const struct snapshot *snapshot)
{
        domain->generation = snapshot_generation(snapshot);
        domain->digest = snapshot_digest(snapshot);
        domain->size = snapshot_source_size(snapshot);
        domain->sections = snapshot_section_count(snapshot);
        domain->format = snapshot_format(snapshot);
        domain->accepted_usec = snapshot_accepted_usec(snapshot);
}

/*
 * What an earlier daemon told of this domain must be no more than what is kept here: the
 * state directory may have been brought back from a backup. Clients that heard of the rest
 * must not take other content for it.
 */
static int check_told(struct domain *domain, const struct board_entry *told,
                      const struct digest *newest)
{
        int r;

        if (!told || told->epoch != history_epoch(domain->history) ||
            told->generation < history_newest(domain->history))
                return 0;
        if (told->generation == history_newest(domain->history) &&
            (told->generation == 0 || digest_equal(&told->digest, newest)))
                return 0;
        r = history_renew_epoch(domain->history);
        if (r < 0)
                return r;
        log_warning("%s: generation %" PRIu64 " was told and is not in the history any more; a "
                    "new epoch begins",
                    domain->name, told->generation);
        return 0;
}

/*
 * What is in the history was accepted by an earlier daemon: limits that are lower by now do not
 * bind it, and it may be in the other format. (What parses in both has no section.)
 */
static int parse_last_good(const struct domain *domain, struct look *look)
{
        struct parse_rules rules = domain->rules;
        int r;

        rules.limits = PARSE_LIMITS_DEFAULT;
        r = source_parse(&look->source, domain->name, domain->path, &rules, NULL, &look->snapshot);
        if (r != -EBADMSG)
                return r;
        rules.format =
                rules.format == CFGW_FORMAT_INI ? CFGW_FORMAT_SECTION_CONFIG : CFGW_FORMAT_INI;
        return source_parse(&look->source, domain->name, domain->path, &rules, NULL,
                            &look->snapshot);
}

/* Reads and parses the newest history entry. */
static int read_last_good(struct domain *domain, struct look *look)
{
        int r;

        r = history_read(domain->history, history_newest(domain->history), PARSE_SIZE_MAX,
                         &look->source.data, &look->source.size);
        if (r < 0)
                return r;
        look->source.digest = digest_of(look->source.data, look->source.size);
        return parse_last_good(domain, look);
}

static int restore(struct domain *domain, struct snapshot *snapshot)
{
        int r;

        domain->access = history_access(domain->history);
        r = store_restore(domain->store, snapshot, domain->access);
        if (r < 0)
                return r;
        put_in_force(domain, snapshot);
        return store_prune(domain->store, domain->generation);
}

/* Brings the newest history entry back in force. An entry that is damaged is no content. */
static int load_last_good(struct domain *domain, const struct board_entry *told)
{
        _cleanup_(look_clear) struct look look = LOOK_INIT;
        uint64_t newest = history_newest(domain->history);
        int r, parsed = 0;

        if (newest > 0)
                parsed = read_last_good(domain, &look);
        if (parsed == -ENOMEM)
                return parsed;
        r = check_told(domain, told, &look.source.digest);
        if (r < 0)
                return r;
        if (parsed < 0)
                log_error("%s: generation %" PRIu64 " cannot be brought back from the history: %s",
                          domain->name, newest, strerror(-parsed));
        if (newest == 0 || parsed < 0)
                return store_prune(domain->store, 0);
        snapshot_stamp(look.snapshot, history_epoch(domain->history), newest,
                       history_accepted_usec(domain->history, newest));
        if (restore(domain, look.snapshot) < 0)
                domain->unrestored =
                        STEAL(look.snapshot); /* the first look tries again and tells */
        return 0;
}

int domain_new(const struct domain_options *options, int state, int runtime, uint64_t now,
               struct domain **ret)
{
        _cleanup_(domain_free_p) struct domain *domain = calloc(1, sizeof(*domain));
        int r;

        if (!domain)
                return -ENOMEM;
        domain->name = strdup(options->name);
        domain->path = strdup(options->path);
        if (!domain->name || !domain->path)
                return -ENOMEM;
        domain->rules = options->rules;
        settle_init(&domain->settle, &options->times, now);
        domain->since_usec = now_realtime_usec();
        domain->access = access_private();
        domain->empty = options->empty;
        domain->missing = options->missing;
        r = history_open(state, domain->name, options->history_length, &domain->history);
        if (r < 0)
                return r;
        r = store_open(runtime, domain->name, &domain->store);
        if (r < 0)
                return r;
        r = load_last_good(domain, options->told);
        if (r < 0)
                return r;
        *ret = STEAL(domain);
        return 0;
}

/* ----------------------------------------------------------------- verdicts */

/*
 * The stored copies of the content in force are for those who may read it in the source. A
 * source that holds something else says nothing about who may read this content; but who
 * may not even read that shall not read the older one.
 */
static void follow_access(struct domain *domain, const struct look *look, bool is_same)
{
        struct access access = look->access;
        int r, q;

        if (look->source.result != SOURCE_READ || domain->generation == 0)
                return;
        if (!is_same)
                access = access_narrowest(domain->access, access);
        if (access_equal(access, domain->access))
                return;
        r = store_set_access(domain->store, access, domain->generation);
        q = history_set_access(domain->history, access);
        if (r == 0 && q == 0)
                domain->access = access; /* else it is tried again with the next look */
        else
                log_error("%s: cannot give the stored copies the mode of %s: %s", domain->name,
                          domain->path, strerror(r < 0 ? -r : -q));
}

static enum domain_news set_state(struct domain *domain, cfgw_state state, uint32_t line,
                                  const char *reason)
{
        char text[DOMAIN_REASON_MAX + 2]; /* one byte more tells where a character ends */

        snprintf(text, sizeof(text), "%s", reason);
        utf8_cut(text, DOMAIN_REASON_MAX);
        if (domain->state == state && domain->line == line && strcmp(domain->reason, text) == 0)
                return DOMAIN_NOTHING;
        if (domain->state != state)
                domain->since_usec = now_realtime_usec();
        domain->state = state;
        domain->line = line;
        strcpy(domain->reason, text);
        return DOMAIN_NEW_STATE;
}

static enum domain_news unchanged(struct domain *domain, const struct look *look)
{
        cfgw_state before = domain->state;

        domain->unchanged++;
        domain->absent = look->absent;
        if (set_state(domain, CFGW_STATE_VALID, 0, "") == DOMAIN_NOTHING)
                return DOMAIN_NOTHING;
        if (before != CFGW_STATE_UNKNOWN)
                log_notice("%s: %s is again what generation %" PRIu64 " holds", domain->name,
                           domain->path, domain->generation);
        return DOMAIN_NEW_STATE;
}

static void log_refusal(const struct domain *domain)
{
        char in_force[64], where[32] = "";

        if (domain->line > 0)
                snprintf(where, sizeof(where), ":%" PRIu32, domain->line);
        if (domain->generation > 0)
                snprintf(in_force, sizeof(in_force), "generation %" PRIu64 " stays in force",
                         domain->generation);
        else
                snprintf(in_force, sizeof(in_force), "there is no content in force");
        log_warning("%s: %s%s: %s; %s", domain->name, domain->path, where, domain->reason,
                    in_force);
}

static enum domain_news refuse(struct domain *domain, const struct look *look)
{
        cfgw_state state = CFGW_STATE_INVALID;
        const char *reason = look->source.reason;
        uint32_t line = 0;
        enum domain_news news;

        domain->invalid++;
        domain->absent = false;
        if (look->source.result == SOURCE_MISSING)
                state = CFGW_STATE_MISSING;
        else if (look->source.result == SOURCE_UNREADABLE)
                state = CFGW_STATE_UNREADABLE;
        else
                reason = report_get_error(look->report, &line);
        news = set_state(domain, state, line, reason ? reason : "refused");
        if (news != DOMAIN_NOTHING)
                log_refusal(domain);
        return news;
}

static enum domain_news cannot_store(struct domain *domain, uint64_t generation, int error,
                                     uint64_t now)
{
        enum domain_news news;
        char reason[DOMAIN_REASON_MAX + 1];

        snprintf(reason, sizeof(reason), "cannot store generation %" PRIu64 ": %s", generation,
                 strerror(-error));
        domain->store_error = error;
        news = set_state(domain, CFGW_STATE_UNSTORED, 0, reason);
        if (news != DOMAIN_NOTHING)
                log_refusal(domain);
        settle_retry(&domain->settle, now);
        return news;
}

/* Neither polling nor a sync says anything about whether events arrive. */
static void note_missed(struct domain *domain)
{
        if (domain->found_last == SETTLE_CAUSE_TTL)
                domain->missed = true;
        else if (domain->found_last == SETTLE_CAUSE_EVENT)
                domain->missed = false;
}

static enum domain_news accept_content(struct domain *domain, struct look *look, uint64_t now)
{
        uint64_t generation = history_newest(domain->history) + 1;
        int r;

        snapshot_stamp(look->snapshot, history_epoch(domain->history), generation,
                       now_realtime_usec());
        r = store_put(domain->store, look->snapshot, look->access);
        if (r == 0)
                r = history_add(domain->history, &look->source, look->access, &generation);
        if (r < 0)
                return cannot_store(domain, generation, r, now);
        domain->access = look->access;
        domain->absent = look->absent;
        put_in_force(domain, look->snapshot);
        domain->accepted++;
        domain->found_last = domain->settle.cause;
        domain->found[domain->found_last]++;
        note_missed(domain);
        set_state(domain, CFGW_STATE_VALID, 0, "");
        cfgw_report_free(domain->report);
        domain->report = STEAL(look->report);
        return DOMAIN_NEW_CONTENT;
}

static void log_warnings(const struct domain *domain)
{
        size_t count = cfgw_report_count(domain->report);

        for (size_t i = 0; i < count && i < WARNINGS_LOGGED; i++)
                log_warning("%s: %s:%" PRIu32 ": %s", domain->name, domain->path,
                            cfgw_report_line(domain->report, i),
                            cfgw_report_message(domain->report, i));
        if (count > WARNINGS_LOGGED)
                log_warning("%s: %s: %zu warnings more", domain->name, domain->path,
                            count - WARNINGS_LOGGED);
}

void domain_finish_accept(struct domain *domain)
{
        int r;

        r = store_prune(domain->store, domain->generation);
        if (r < 0)
                log_error("%s: cannot remove old snapshots: %s", domain->name, strerror(-r));
        log_notice("%s: generation %" PRIu64 " in force: %zu sections, %zu bytes, found by %s",
                   domain->name, domain->generation, domain->sections, domain->size,
                   settle_cause_name(domain->found_last));
        if (domain->sections == 0)
                log_warning("%s: %s is %s", domain->name, domain->path,
                            domain->absent ? "missing, and taken for empty" : "empty");
        log_warnings(domain);
        domain->report = cfgw_report_free(domain->report);
}

/* What is restored is news as at a start, and then the file is looked at as at a start. */
static enum domain_news restore_now(struct domain *domain, uint64_t now)
{
        uint64_t generation = snapshot_generation(domain->unrestored);
        int r;

        r = restore(domain, domain->unrestored);
        if (r < 0)
                return cannot_store(domain, generation, r, now);
        free(domain->unrestored);
        domain->unrestored = NULL;
        domain->found_last = SETTLE_CAUSE_START;
        set_state(domain, CFGW_STATE_UNKNOWN, 0, "");
        return DOMAIN_NEW_CONTENT;
}

/*
 * A file that somebody writes to all the time may never hold still for a read, and one that a
 * server has a lease on may not be opened for long. It stays pending, which status shows, and the
 * log says why.
 */
static void note_torn(struct domain *domain, uint64_t now)
{
        if (domain->settle.torn <= 1)
                domain->torn_log_at = usec_add(now, domain->settle.times.defer_usec);
        if (domain->settle.torn == 0 || now < domain->torn_log_at)
                return;
        domain->torn_log_at = usec_add(now, TORN_LOG_USEC);
        log_warning("%s: %s changes or is held by a lease while it is read, each time; what is in "
                    "force stays",
                    domain->name, domain->path);
}

static enum domain_news look_at_source(struct domain *domain, uint64_t now)
{
        _cleanup_(look_clear) struct look look = LOOK_INIT;
        struct settle_observation seen;
        enum domain_news news = DOMAIN_NOTHING;

        look_at(domain, &look);
        seen = look_observe(domain, &look);
        switch (settle_observe(&domain->settle, &seen, now)) {
        case SETTLE_UNCHANGED:
                follow_access(domain, &look, true);
                news = unchanged(domain, &look);
                break;
        case SETTLE_REFUSE:
                follow_access(domain, &look, false);
                news = refuse(domain, &look);
                break;
        case SETTLE_ACCEPT:
                news = accept_content(domain, &look, now);
                break;
        case SETTLE_WAIT:
        case SETTLE_KNOWN:
                break;
        }
        note_torn(domain, now);
        return news;
}

enum domain_news domain_look(struct domain *domain, uint64_t now)
{
        enum domain_news restored = DOMAIN_NOTHING, news;

        if (domain->unrestored)
                restored = restore_now(domain, now);
        if (domain->unrestored)
                return restored;
        news = look_at_source(domain, now);
        return MAX(news, restored);
}

bool domain_is_lost(const struct domain *domain)
{
        return domain->state == CFGW_STATE_UNSTORED &&
               (store_is_removed(domain->store) ||
                directory_is_removed(history_directory(domain->history)));
}

const char *domain_public_reason(const struct domain *domain, struct access audience)
{
        if (domain->reason[0] == '\0' || access_covers(domain->access, audience))
                return domain->reason;
        return "the reason is in the daemon's log, for those who may read the file";
}

char *domain_degraded(const struct domain *domain)
{
        if (domain->watch_error < 0)
                return format_string("cannot watch all of %s: %s; changes are found by polling",
                                     domain->path, strerror(-domain->watch_error));
        if (domain->settle.blind)
                return strdup("not every change on this file system makes an event; changes are "
                              "found by polling as well");
        if (domain->missed)
                return strdup("a change was found by the TTL, no event told of it, nor has one "
                              "told of any since");
        return NULL;
}
