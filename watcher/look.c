/* SPDX-License-Identifier: MIT */
#include "look.h"

#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void look_clear(struct look *look)
{
        source_clear(&look->source);
        free(look->snapshot);
        cfgw_report_free(look->report);
}

/* ------------------------------------------------------------------ looking */

/* Bytes that an earlier daemon read in the other format are to be parsed: they are refused. */
static bool is_in_force(const struct domain *domain, const struct source *source)
{
        return domain->generation > 0 && digest_equal(&source->digest, &domain->digest) &&
               domain->format == domain->rules.format;
}

/*
 * As if there were an empty file. It is for those who might read the content before it, since
 * nothing tells whom the file would be for.
 */
static int take_for_empty(const struct domain *domain, struct look *look)
{
        source_clear(&look->source);
        look->source = SOURCE_INIT;
        look->source.data = calloc(1, 1);
        if (!look->source.data)
                return -ENOMEM;
        look->source.result = SOURCE_READ;
        look->source.digest = digest_of("", 0);
        look->access = domain->access;
        look->absent = true;
        return 0;
}

/* What is missing is not taken for empty where empty is refused: it stays missing. */
static bool is_as_empty(const struct domain *domain, const struct look *look)
{
        return look->source.result == SOURCE_MISSING && domain->missing == DOMAIN_MISSING_EMPTY &&
               domain->empty != DOMAIN_EMPTY_REFUSE;
}

static int read_file(const struct domain *domain, struct look *look)
{
        int r;

        r = source_read(domain->path, domain->rules.limits.size, &domain->digest, &look->source);
        if (r < 0)
                return r;
        if (is_as_empty(domain, look))
                return take_for_empty(domain, look);
        if (look->source.result == SOURCE_READ)
                look->access = access_of(&look->source.stat, look->source.has_acl);
        return 0;
}

/* Content without a section, from here on, is as content that does not parse. */
static void refuse_empty(struct look *look)
{
        report_error(look->report, 0, "%s, and this domain refuses that (empty = refuse)",
                     look->source.size == 0 ? "the file is empty"
                                            : "there is no section in the file");
        free(look->snapshot);
        look->snapshot = NULL;
}

static int parse(const struct domain *domain, struct look *look)
{
        int r;

        r = report_new(&look->report);
        if (r < 0)
                return r;
        r = source_parse(&look->source, domain->name, domain->path, &domain->rules, look->report,
                         &look->snapshot);
        if (r < 0)
                return r == -EBADMSG ? 0 : r;
        if (domain->empty == DOMAIN_EMPTY_REFUSE && snapshot_section_count(look->snapshot) == 0)
                refuse_empty(look);
        return 0;
}

/* What could not be looked at for lack of memory is like a file that cannot be read. */
static void cannot_look(struct look *look, int error)
{
        look->source.result = SOURCE_UNREADABLE;
        look->source.error = error;
        snprintf(look->source.reason, sizeof(look->source.reason), "%s",
                 error == -ENOMEM ? "out of memory" : strerror(-error));
}

void look_at(const struct domain *domain, struct look *ret)
{
        int r;

        r = read_file(domain, ret);
        if (r == 0 && ret->source.result == SOURCE_READ && !is_in_force(domain, &ret->source))
                r = parse(domain, ret);
        if (r < 0)
                cannot_look(ret, r);
}

/* ----------------------------------------------------------------- observing */

/* A cut of the last good content that may parse by chance. */
static bool is_cut_of_last_good(const struct domain *domain, const struct source *source)
{
        _cleanup_free_ char *data = NULL;
        size_t size;

        if (domain->generation == 0 || source->size >= domain->size)
                return false;
        if (history_read(domain->history, domain->generation, PARSE_SIZE_MAX, &data, &size) < 0)
                return true; /* not known: better wait */
        return size > source->size && memcmp(data, source->data, source->size) == 0;
}

static void observe_content(const struct domain *domain, const struct look *look,
                            struct settle_observation *ret)
{
        const struct source *source = &look->source;

        ret->seen = SETTLE_SEEN_OTHER;
        ret->digest = source->digest;
        ret->parses = look->snapshot != NULL;
        ret->writer = source->writer == SOURCE_WRITER_PRESENT;
        ret->empty = look->snapshot && snapshot_section_count(look->snapshot) == 0;
        ret->cut = (look->snapshot && snapshot_section_count(look->snapshot) < domain->sections) ||
                   is_cut_of_last_good(domain, source);
        ret->suspicious = ret->empty || ret->cut || source->size == 0 ||
                          source->data[source->size - 1] != '\n';
}

struct settle_observation look_observe(const struct domain *domain, const struct look *look)
{
        struct settle_observation seen = {.seen = SETTLE_SEEN_TORN, .error = look->source.error};

        switch (look->source.result) {
        case SOURCE_TORN:
                break;
        case SOURCE_MISSING:
                seen.seen = SETTLE_SEEN_NONE;
                seen.state = CFGW_STATE_MISSING;
                break;
        case SOURCE_UNREADABLE:
                seen.seen = SETTLE_SEEN_NONE;
                seen.state = CFGW_STATE_UNREADABLE;
                break;
        case SOURCE_READ:
                if (is_in_force(domain, &look->source))
                        seen.seen = SETTLE_SEEN_SAME;
                else
                        observe_content(domain, look, &seen);
                break;
        }
        return seen;
}
