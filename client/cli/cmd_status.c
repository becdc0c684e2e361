/* SPDX-License-Identifier: MIT */
/* status: the daemon and every domain, on one screen for a person or as JSON for a program. */
#include "cli.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define IN_FULL_MAX 3 /* domains of seven lines each, on a screen of 24 */

static const char *text_of(const json_t *object, const char *key)
{
        return json_string_value(json_object_get(object, key)); /* NULL for null and for none */
}

static uint64_t number_of(const json_t *object, const char *key)
{
        return (uint64_t)json_integer_value(json_object_get(object, key));
}

static void print_label(const char *label)
{
        printf("%12s: ", label);
}

static void print_ago(uint64_t realtime)
{
        char time[TIME_TEXT_SIZE], span[TIME_TEXT_SIZE];
        uint64_t now = realtime_usec();

        format_time(realtime, time);
        format_span(now > realtime ? now - realtime : 0, span);
        printf("%s (%s ago)", time, span);
}

static void print_publisher(const json_t *publisher)
{
        uint64_t pid = number_of(publisher, "pid"), restarts = number_of(publisher, "restarts");

        if (pid > 0)
                printf(", publisher pid %llu", (unsigned long long)pid);
        else
                print_colored(COLOR_WARN, ", publisher down");
        if (restarts > 0)
                printf(" (%llu restarts)", (unsigned long long)restarts);
}

static void print_daemon(const json_t *report)
{
        uint64_t pid = number_of(report, "pid"), uptime = number_of(report, "uptime_usec");
        const char *watching = text_of(report, "watching");
        const char *version = text_of(report, "version");
        const char *directory = text_of(report, "runtime_directory");

        if (pid == 0) {
                print_colored(COLOR_BAD, "cfgwatchd: no answer");
                fputs(" in ", stdout);
                print_escaped(stdout, directory ? directory : "?");
                puts(json_array_size(json_object_get(report, "domains")) > 0
                             ? "; what follows is what is known without it"
                             : "");
                return;
        }
        printf("cfgwatchd %s: ", version ? version : "");
        print_colored(COLOR_GOOD, "running");
        printf(", pid %llu, up since ", (unsigned long long)pid);
        print_ago(realtime_usec() - uptime);
        if (watching)
                print_colored(strcmp(watching, "inotify") == 0 ? COLOR_DIM : COLOR_WARN,
                              ", watching by %s", watching);
        print_publisher(json_object_get(report, "publisher"));
        putchar('\n');
}

static void print_state(const json_t *domain)
{
        const char *state = text_of(domain, "state");
        bool valid = state && strcmp(state, "valid") == 0;
        uint64_t since = number_of(domain, "since_usec");

        print_escaped(stdout, text_of(domain, "name") ? text_of(domain, "name") : "?");
        fputs(": ", stdout);
        print_colored(valid ? COLOR_GOOD : COLOR_BAD, "%s", state ? state : "unknown");
        if (since > 0) {
                fputs(" since ", stdout);
                print_ago(since);
        }
        if (json_is_true(json_object_get(domain, "pending")))
                fputs(", a save is under way", stdout);
}

static void print_line_of(const char *label, const char *text)
{
        if (!text)
                return;
        print_label(label);
        print_escaped(stdout, text);
        putchar('\n');
}

static void print_wrong(const json_t *domain)
{
        const char *reason = text_of(domain, "reason");
        uint64_t line = number_of(domain, "line");

        if (!reason)
                return;
        print_label("wrong");
        if (line > 0)
                printf("line %llu: ", (unsigned long long)line);
        print_escaped(stdout, reason);
        putchar('\n');
}

static void print_content(const json_t *domain)
{
        const char *state = text_of(domain, "state");
        const char *freshness = text_of(domain, "freshness");
        uint64_t generation = number_of(domain, "generation");
        uint64_t accepted = number_of(domain, "accepted_usec");
        uint64_t sections = number_of(domain, "sections");

        print_label("in force");
        if (!text_of(domain, "digest")) {
                print_colored(COLOR_BAD, "nothing");
                putchar('\n');
                return;
        }
        if (generation > 0)
                printf("generation %llu", (unsigned long long)generation);
        else
                fputs("own reading", stdout);
        if (state && strcmp(state, "valid") != 0 && !(freshness && strcmp(freshness, "own") == 0))
                fputs(", the last good one", stdout);
        printf(", %llu section%s", (unsigned long long)sections, sections == 1 ? "" : "s");
        if (json_is_integer(json_object_get(domain, "size")))
                printf(", %llu bytes", (unsigned long long)number_of(domain, "size"));
        if (json_is_true(json_object_get(domain, "absent")))
                print_colored(COLOR_WARN, ", the file is missing");
        putchar('\n');
        if (accepted > 0) {
                print_label("changed");
                print_ago(accepted);
                putchar('\n');
        }
}

/* The daemon names its causes. */
static void print_found(json_t *domain)
{
        json_t *found = json_object_get(domain, "found"), *count;
        const char *cause, *separator = "";

        if (!json_is_object(found))
                return;
        print_label("found");
        json_object_foreach(found, cause, count)
        {
                printf("%s%llu by ", separator, (unsigned long long)json_integer_value(count));
                print_escaped(stdout, cause);
                separator = ", ";
        }
        putchar('\n');
}

static void print_degraded(const json_t *domain)
{
        const char *degraded = text_of(domain, "degraded");

        if (!degraded)
                return;
        print_label("degraded");
        print_colored(COLOR_WARN, "yes");
        fputs(": ", stdout);
        print_escaped(stdout, degraded);
        putchar('\n');
}

static void print_domain(json_t *domain)
{
        putchar('\n');
        print_state(domain);
        putchar('\n');
        print_line_of("file", text_of(domain, "path"));
        print_wrong(domain);
        print_content(domain);
        print_line_of("digest", text_of(domain, "digest"));
        print_found(domain);
        print_degraded(domain);
}

static bool is_well(const json_t *domain)
{
        const char *state = text_of(domain, "state");

        return state && strcmp(state, "valid") == 0 && !text_of(domain, "reason") &&
               !text_of(domain, "degraded") && !json_is_true(json_object_get(domain, "absent"));
}

static void print_brief(const json_t *domain)
{
        print_state(domain);
        printf(", generation %llu\n", (unsigned long long)number_of(domain, "generation"));
}

/* Those that something is wrong with come last, where a terminal shows them. */
static void print_many(const json_t *domains)
{
        size_t i, count = json_array_size(domains), well = 0;
        json_t *domain;

        json_array_foreach(domains, i, domain) well += is_well(domain);
        printf("%zu domains, something is wrong with ", count);
        print_colored(well < count ? COLOR_BAD : COLOR_GOOD, "%zu", count - well);
        puts(" of them\n");
        json_array_foreach(domains, i, domain) if (is_well(domain)) print_brief(domain);
        json_array_foreach(domains, i, domain) if (!is_well(domain)) print_domain(domain);
}

static void print_report(const struct cli *cli, const json_t *report)
{
        json_t *domains = json_object_get(report, "domains"), *domain;
        size_t i;

        print_daemon(report);
        if (cli->count == 0 && json_array_size(domains) > IN_FULL_MAX)
                print_many(domains);
        else
                json_array_foreach(domains, i, domain) print_domain(domain);
}

/* Leaves those that the command line names; the exit code. */
static int choose_domains(const struct cli *cli, json_t *report)
{
        json_t *chosen = json_array();
        int r = EXIT_YES;

        for (int i = 0; i < cli->count; i++) {
                json_t *domain = report_find(report, cli->operands[i]);

                if (domain)
                        json_array_append(chosen, domain);
                else
                        r = fail_query(cli->operands[i], -ENOENT);
        }
        json_object_set_new(report, "domains", chosen);
        return r;
}

int cmd_status(const struct cli *cli)
{
        json_t *report;
        int r = report_get(cli, &report);

        if (!report)
                return r;
        if (cli->count > 0) {
                int chosen = choose_domains(cli, report);

                r = r == EXIT_YES ? chosen : r;
        }
        if (!cli->json)
                print_report(cli, report);
        else
                print_json(report, JSON_INDENT(2));
        json_decref(report);
        return r;
}
