/* SPDX-License-Identifier: MIT */
/*
 * The own reading goes by the daemon's rule (settle.c), with one difference: it has no
 * watch, so no hint is ever given. A change is found by the TTL, and counts when it has
 * been the same in two reads `confirm` apart. Nor does it ask the kernel for a writer: the
 * answer may come with a SIGIO, and signals are the host program's.
 *
 * Bytes that are those of the content in hand leave that very object in place. So a TTL
 * replaces nothing, and a generation keeps its number when its daemon has gone.
 */
#include "own.h"

#include "report.h"
#include "source.h"

#include <errno.h>
#include <string.h>

/* What one look found, beside the observation for the settle rule. */
struct finding {
        struct settle_observation seen;
        struct snapshot *snapshot; /* of other content that parses */
        cfgw_status bad;           /* if it cannot be used: state, line and reason */
};

void own_begin(struct picture *picture, uint64_t ttl_usec, uint64_t now)
{
        struct settle_times times = SETTLE_TIMES_DEFAULT;

        times.ttl_usec = ttl_usec;
        times.weak_usec = times.confirm_usec; /* a file that never holds still is not chased */
        settle_init(&picture->own, &times, now);
        if (picture->config)
                picture->own.forced = false; /* good content is at hand: nothing is pressing */
        picture->own_active = true;
}

static bool is_blank(const char *data, size_t size)
{
        for (size_t i = 0; i < size; i++)
                if (!strchr(" \t\r\n", data[i]))
                        return false;
        return true;
}

static int parse(const struct source *source, const struct own_file *file, struct finding *ret)
{
        _cleanup_(cfgw_report_free_p) cfgw_report *report = NULL;
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_TOLERANT);
        uint32_t line = 0;
        const char *reason;
        int r;

        rules.format = file->format;
        r = report_new(&report);
        if (r < 0)
                return r;
        r = source_parse(source, file->domain, file->path, &rules, report, &ret->snapshot);
        if (r == 0) {
                ret->seen.parses = true;
                return 0;
        }
        if (r == -ENOMEM)
                return r;
        reason = report_get_error(report, &line);
        ret->bad.state = CFGW_STATE_INVALID;
        ret->bad.line = line;
        status_set_reason(&ret->bad, "%s", reason ? reason : strerrordesc_np(-r));
        return 0;
}

static int observe_content(const struct picture *picture, const struct source *source,
                           const struct own_file *file, struct finding *ret)
{
        struct settle_observation *seen = &ret->seen;
        int r;

        if (picture->config) {
                struct digest known = snapshot_digest(config_snapshot(picture->config));

                if (digest_equal(&known, &source->digest)) {
                        seen->seen = SETTLE_SEEN_SAME;
                        return 0;
                }
        }
        seen->seen = SETTLE_SEEN_OTHER;
        seen->digest = source->digest;
        seen->empty = is_blank(source->data, source->size);
        seen->suspicious = true; /* nobody announced it */
        r = parse(source, file, ret);
        if (r < 0)
                return r;
        seen->cut =
                ret->snapshot && picture->config &&
                snapshot_section_count(ret->snapshot) < cfgw_config_section_count(picture->config);
        return 0;
}

/* What this process lacks says nothing about the file: it was not looked at. */
static bool is_own_lack(int error)
{
        return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

static int observe(const struct picture *picture, const struct own_file *file, struct finding *ret)
{
        _cleanup_(source_clear) struct source source = SOURCE_INIT;
        int r;

        /* NULL: no probe for a writer. */
        r = source_read(file->path, PARSE_SIZE_MAX, NULL, &source);
        if (r < 0)
                return r;
        if (source.result == SOURCE_UNREADABLE && is_own_lack(source.error))
                return source.error;
        switch (source.result) {
        case SOURCE_READ:
                return observe_content(picture, &source, file, ret);
        case SOURCE_TORN:
                ret->seen.seen = SETTLE_SEEN_TORN;
                return 0;
        case SOURCE_MISSING:
        case SOURCE_UNREADABLE:
                break;
        }
        ret->seen.seen = SETTLE_SEEN_NONE;
        ret->seen.state =
                source.result == SOURCE_MISSING ? CFGW_STATE_MISSING : CFGW_STATE_UNREADABLE;
        ret->seen.error = source.error;
        ret->bad.state = ret->seen.state;
        status_set_reason(&ret->bad, "%s", source.reason);
        return 0;
}

static void show_good(struct picture *picture)
{
        cfgw_status *status = &picture->status;

        if (status->state != CFGW_STATE_VALID)
                status->since_usec = now_realtime_usec();
        status->state = CFGW_STATE_VALID;
        status->freshness = CFGW_FRESHNESS_OWN;
        status->line = 0;
        status->reason[0] = '\0';
}

static void show_bad(struct picture *picture, const cfgw_status *bad)
{
        cfgw_status status = *bad;

        status.freshness = picture->config ? CFGW_FRESHNESS_LAST_GOOD : CFGW_FRESHNESS_NONE;
        status.since_usec = status_equal(&status, &picture->status) ? picture->status.since_usec
                                                                    : now_realtime_usec();
        picture->status = status;
}

static int accept(struct picture *picture, struct finding *finding)
{
        const cfgw_config *config;
        int r;

        r = config_new_from_heap(finding->snapshot, &config);
        if (r < 0)
                return r;
        finding->snapshot = NULL;
        picture_set_config(picture, config);
        picture->status.state = CFGW_STATE_UNKNOWN; /* other content is since now */
        show_good(picture);
        return 0;
}

static int take(struct picture *picture, struct finding *finding, uint64_t now)
{
        struct settle settle = picture->own;
        int r = 0;

        switch (settle_observe(&settle, &finding->seen, now)) {
        case SETTLE_ACCEPT:
                /* The first content was taken as it was, perhaps in the middle of a save. */
                if (!picture->config)
                        settle.ttl_at =
                                MIN(settle.ttl_at, usec_add(now, settle.times.confirm_usec));
                r = accept(picture, finding);
                break;
        case SETTLE_UNCHANGED:
                show_good(picture);
                break;
        case SETTLE_REFUSE:
                show_bad(picture, &finding->bad);
                break;
        case SETTLE_WAIT:
        case SETTLE_KNOWN:
                break;
        }
        if (r == 0)
                picture->own = settle;
        return r;
}

int own_look(struct picture *picture, const struct own_file *file, uint64_t ttl_usec, uint64_t now)
{
        struct finding finding = {.snapshot = NULL};
        int r;

        /* A TTL that was made shorter counts at once. */
        picture->own.times.ttl_usec = ttl_usec;
        picture->own.ttl_at = MIN(picture->own.ttl_at, usec_add(now, ttl_usec));
        if (now < settle_deadline(&picture->own))
                return 0;
        r = observe(picture, file, &finding);
        if (r == 0)
                r = take(picture, &finding, now);
        free(finding.snapshot);
        return r;
}
