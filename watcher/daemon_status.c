/* SPDX-License-Identifier: MIT */
#include "daemon_status.h"

#include "names.h"

#include "history_entry.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* JSON is UTF-8, and paths are whatever people made of them. NULL only without memory. */
static json_t *text_json(const char *text)
{
        _cleanup_free_ char *repaired = utf8_repair(text);

        return repaired ? json_string(repaired) : NULL;
}

/* JSON has no NULL text: null says that there is nothing to say. */
static json_t *text_or_null(const char *text)
{
        return text && *text ? text_json(text) : json_null();
}

static json_t *number_or_null(uint64_t number)
{
        return number ? json_integer((json_int_t)number) : json_null();
}

/* NULL for none. */
static json_t *digest_json(const struct digest *digest)
{
        char hex[DIGEST_HEX_SIZE];

        if (!digest)
                return json_null();
        hex_encode(digest->bytes, DIGEST_SIZE, hex);
        return json_sprintf("sha256:%s", hex);
}

static json_t *epoch_json(const struct domain *domain)
{
        return json_sprintf("%016" PRIx64, history_epoch(domain->history));
}

static json_t *found_json(const struct domain *domain)
{
        json_t *found = json_object();

        for (int i = 0; i < SETTLE_CAUSES; i++)
                json_object_set_new(found, settle_cause_name((enum settle_cause)i),
                                    json_integer((json_int_t)domain->found[i]));
        return found;
}

static json_t *domain_json(const struct domain *domain, struct access audience)
{
        _cleanup_free_ char *degraded = domain_degraded(domain);

        return json_pack("{s:s, s:o, s:s, s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:I, s:I, s:o, "
                         "s:I, s:I, s:I, s:b, s:o, s:s, s:s, s:b, s:s}",
                         "name", domain->name, "path", text_json(domain->path), "state",
                         cfgw_state_name(domain->state), "since_usec",
                         (json_int_t)domain->since_usec, "line", (json_int_t)domain->line, "reason",
                         text_or_null(domain_public_reason(domain, audience)), "generation",
                         (json_int_t)domain->generation, "epoch", epoch_json(domain), "digest",
                         digest_json(domain->generation > 0 ? &domain->digest : NULL),
                         "accepted_usec", number_or_null(domain->accepted_usec), "sections",
                         (json_int_t)domain->sections, "size", (json_int_t)domain->size, "found",
                         found_json(domain), "accepted", (json_int_t)domain->accepted, "unchanged",
                         (json_int_t)domain->unchanged, "invalid", (json_int_t)domain->invalid,
                         "pending", domain->settle.dirty, "degraded", text_or_null(degraded),
                         "empty", domain->empty == DOMAIN_EMPTY_REFUSE ? "refuse" : "accept",
                         "missing", domain->missing == DOMAIN_MISSING_EMPTY ? "empty" : "keep",
                         "absent", domain->absent, "format", format_name(domain->rules.format));
}

char *daemon_status_json(const struct daemon_facts *facts, struct domain *const *domains,
                         size_t count)
{
        json_t *list = json_array(), *status;
        bool is_complete = true; /* better no report than one that leaves out a domain */
        char *text;

        for (size_t i = 0; i < count; i++)
                if (json_array_append_new(list, domain_json(domains[i], facts->audience)) < 0)
                        is_complete = false;
        status = json_pack("{s:s, s:i, s:I, s:o, s:o, s:s, s:{s:i, s:I}, s:o}", "version",
                           PACKAGE_VERSION, "pid", (int)getpid(), "uptime_usec",
                           (json_int_t)facts->uptime_usec, "runtime_directory",
                           text_json(facts->runtime_directory), "state_directory",
                           text_json(facts->state_directory), "watching",
                           facts->has_inotify ? "inotify" : "polling", "publisher", "pid",
                           (int)facts->publisher_pid, "restarts",
                           (json_int_t)facts->publisher_restarts, "domains", list);
        text = status && is_complete ? json_dumps(status, JSON_COMPACT) : NULL;
        json_decref(status);
        return text;
}

char *daemon_status_line(struct domain *const *domains, size_t count)
{
        const struct access everybody = {.mode = 0644};
        const struct domain *wrong = NULL;
        size_t valid = 0;

        for (size_t i = 0; i < count; i++) {
                if (domains[i]->state == CFGW_STATE_VALID)
                        valid++;
                else if (!wrong)
                        wrong = domains[i];
        }
        if (!wrong)
                return format_string("%zu domains, all valid", count);
        return format_string("%zu of %zu domains valid; %s is %s: %s", valid, count, wrong->name,
                             cfgw_state_name(wrong->state), domain_public_reason(wrong, everybody));
}

static json_t *entry_json(const struct history_entry *entry)
{
        return json_pack("{s:I, s:I, s:o, s:I}", "generation", (json_int_t)entry->generation,
                         "accepted_usec", (json_int_t)entry->accepted_usec, "digest",
                         digest_json(entry->damaged ? NULL : &entry->digest), "size",
                         (json_int_t)entry->size);
}

int daemon_status_history(const struct domain *domain, size_t count, char **ret)
{
        _cleanup_free_ struct history_entry *entries = NULL;
        json_t *list = json_array(), *history;
        bool is_complete = true;
        char *text;
        size_t used = 0;
        int r;

        r = history_entry_list(domain->history, count, &entries, &used);
        for (size_t i = 0; i < used; i++)
                if (json_array_append_new(list, entry_json(&entries[i])) < 0)
                        is_complete = false;
        history = json_pack("{s:s, s:o, s:o, s:o}", "domain", domain->name, "path",
                            text_json(domain->path), "epoch", epoch_json(domain), "entries", list);
        text = r == 0 && history && is_complete ? json_dumps(history, JSON_COMPACT) : NULL;
        json_decref(history);
        if (!text)
                return r < 0 ? r : -ENOMEM;
        *ret = text;
        return 0;
}
