/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <jansson.h>
#include <string.h>
#include <time.h>

#define NAMES_MAX 20 /* sections in one line of text; JSON has them all */

/* What came where there was nothing is a change as well, but for the first event. */
static cfgw_diff *diff_of(const cfgw_event *event, bool first)
{
        cfgw_diff *diff;

        if (first || cfgw_event_get_kind(event) != CFGW_EVENT_CHANGE ||
            cfgw_config_diff(cfgw_event_before(event), cfgw_event_after(event), &diff) < 0)
                return NULL;
        return diff;
}

/* -------------------------------------------------------------------- text */

static void print_clock(void)
{
        uint64_t now = realtime_usec();
        time_t seconds = (time_t)(now / 1000000);
        char text[16] = "?";
        struct tm local;

        if (localtime_r(&seconds, &local))
                strftime(text, sizeof(text), "%H:%M:%S", &local);
        printf("%s.%03u ", text, (unsigned int)(now / 1000 % 1000));
}

/* A type that differs has no key of its own. */
static void print_keys(const cfgw_diff *diff, size_t i)
{
        const char *before = cfgw_diff_before(diff, i), *after = cfgw_diff_after(diff, i);
        const char *separator = ": ";

        if (before && after && strcmp(before, after) != 0) {
                printf("%stype", separator);
                separator = ", ";
        }
        for (i++; i < cfgw_diff_count(diff) && cfgw_diff_key(diff, i); i++) {
                fputs(separator, stdout);
                print_escaped(stdout, cfgw_diff_key(diff, i));
                separator = ", ";
        }
}

static void print_section(const cfgw_diff *diff, size_t i)
{
        static const struct {
                char sign;
                enum color color;
        } signs[] = {
                [CFGW_CHANGE_ADDED] = {'+', COLOR_GOOD},
                [CFGW_CHANGE_REMOVED] = {'-', COLOR_BAD},
                [CFGW_CHANGE_CHANGED] = {'~', COLOR_WARN},
        };
        cfgw_change change = cfgw_diff_change(diff, i);

        putchar(' ');
        print_colored(signs[change].color, "%c", signs[change].sign);
        print_escaped(stdout, cfgw_diff_section(diff, i));
        if (change == CFGW_CHANGE_CHANGED)
                print_keys(diff, i);
}

void changes_print_diff(const cfgw_diff *diff)
{
        size_t sections = 0;

        for (size_t i = 0; i < cfgw_diff_count(diff); i++) {
                if (cfgw_diff_key(diff, i))
                        continue;
                if (sections++ < NAMES_MAX)
                        print_section(diff, i);
        }
        if (sections > NAMES_MAX)
                printf(" and %zu more", sections - NAMES_MAX);
}

/* "generation 44", or what there is instead. */
static void print_content(const cfgw_event *event)
{
        const cfgw_config *after = cfgw_event_after(event);

        if (!after)
                fputs("no content", stdout);
        else if (cfgw_config_generation(after) > 0)
                printf("generation %llu", (unsigned long long)cfgw_config_generation(after));
        else
                fputs("own reading", stdout);
}

static void print_state(const cfgw_status *status)
{
        cfgw_state state = cfgw_status_state(status);
        const char *reason = cfgw_status_reason(status);

        if (state == CFGW_STATE_VALID) {
                putchar(' ');
                print_colored(COLOR_GOOD, "valid");
                return;
        }
        fputs(" in force, the file is ", stdout);
        print_colored(COLOR_BAD, "%s", cfgw_state_name(state));
        if (!reason)
                return;
        fputs(": ", stdout);
        if (cfgw_status_line(status) > 0)
                printf("line %u: ", cfgw_status_line(status));
        print_escaped(stdout, reason);
}

void changes_print_text(const cfgw_event *event, bool first)
{
        CLEANUP(diff_done) cfgw_diff *diff = diff_of(event, first);
        const cfgw_config *after = cfgw_event_after(event);

        print_clock();
        print_escaped(stdout, cfgw_event_domain(event));
        putchar(' ');
        print_content(event);
        print_state(cfgw_event_status(event));
        if (diff)
                changes_print_diff(diff);
        else if (after && first)
                printf(", %zu section%s", cfgw_config_section_count(after),
                       cfgw_config_section_count(after) == 1 ? "" : "s");
        putchar('\n');
}

/* -------------------------------------------------------------------- JSON */

/* Keys that differ, "type" not among them: it is told by the section's own entry. */
static json_t *keys_of(const cfgw_diff *diff, size_t i)
{
        json_t *keys = json_array();

        for (i++; i < cfgw_diff_count(diff) && cfgw_diff_key(diff, i); i++)
                json_array_append_new(keys, json_string(cfgw_diff_key(diff, i)));
        return keys;
}

void changes_add_diff(json_t *object, const cfgw_diff *diff)
{
        json_t *added = json_array(), *removed = json_array(), *changed = json_object();

        for (size_t i = 0; i < cfgw_diff_count(diff); i++) {
                const char *section = cfgw_diff_section(diff, i);

                if (cfgw_diff_key(diff, i))
                        continue;
                if (cfgw_diff_change(diff, i) == CFGW_CHANGE_ADDED)
                        json_array_append_new(added, json_string(section));
                else if (cfgw_diff_change(diff, i) == CFGW_CHANGE_REMOVED)
                        json_array_append_new(removed, json_string(section));
                else
                        json_object_set_new(changed, section, keys_of(diff, i));
        }
        json_object_set_new(object, "added", added);
        json_object_set_new(object, "removed", removed);
        json_object_set_new(object, "changed", changed);
}

static void add_content(json_t *object, const cfgw_config *config)
{
        char epoch[17], digest[80];

        if (!config)
                return;
        snprintf(epoch, sizeof(epoch), "%016llx", (unsigned long long)cfgw_config_epoch(config));
        snprintf(digest, sizeof(digest), "sha256:%s", cfgw_config_digest(config));
        json_object_set_new(object, "epoch", json_string(epoch));
        json_object_set_new(object, "digest", json_string(digest));
        json_object_set_new(object, "sections",
                            json_integer((json_int_t)cfgw_config_section_count(config)));
}

void changes_print_json(const cfgw_event *event, bool first)
{
        CLEANUP(diff_done) cfgw_diff *diff = diff_of(event, first);
        const cfgw_status *status = cfgw_event_status(event);
        bool change = cfgw_event_get_kind(event) == CFGW_EVENT_CHANGE;
        json_t *object =
                json_pack("{s:I, s:s, s:s, s:I, s:s, s:s, s:i, s:s?}", "time_usec",
                          (json_int_t)realtime_usec(), "domain", cfgw_event_domain(event), "kind",
                          change ? "change" : "state", "generation",
                          (json_int_t)cfgw_status_generation(status), "state",
                          cfgw_state_name(cfgw_status_state(status)), "freshness",
                          cfgw_freshness_name(cfgw_status_freshness(status)), "line",
                          (int)cfgw_status_line(status), "reason", cfgw_status_reason(status));

        if (!object)
                return;
        add_content(object, cfgw_event_after(event));
        if (diff)
                changes_add_diff(object, diff);
        print_json(object, JSON_COMPACT);
        json_decref(object);
}
