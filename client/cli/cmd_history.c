/* SPDX-License-Identifier: MIT */
/*
 * history: a line for each generation that is kept, the newest first, and what it changed. For
 * that each content is loaded, two at a time: a generation and the one before.
 */
#include "past.h"

#include <jansson.h>
#include <string.h>

#define ENTRIES_DEFAULT 20 /* about a screen */
#define DIGEST_DIGITS 12   /* of a digest, as people tell them apart */
#define DIGEST_PREFIX "sha256:"

/* A generation, as far as it can be had. */
struct content {
        const struct past_entry *entry; /* NULL: there is none */
        const cfgw_config *config;      /* NULL: see the error */
        int error;
};

static void content_done(struct content *content)
{
        cfgw_config_unref(content->config);
}

static struct content load(const struct cli *cli, const struct past_entry *entry)
{
        struct content content = {.entry = entry};

        content.error =
                cfgw_client_load_generation(cli->client, cli->operands[0], entry->generation,
                                            QUERY_USEC, &content.config, NULL, NULL);
        return content;
}

static void print_digest(const char *digest)
{
        if (digest && strncmp(digest, DIGEST_PREFIX, strlen(DIGEST_PREFIX)) == 0)
                print_colored(COLOR_DIM, "%.*s", DIGEST_DIGITS, digest + strlen(DIGEST_PREFIX));
        else
                print_colored(COLOR_BAD, "%-*s", DIGEST_DIGITS, "damaged");
}

static void print_unknown(const struct content *content)
{
        print_colored(COLOR_DIM, " (generation %llu %s)",
                      (unsigned long long)content->entry->generation, past_reason(content->error));
}

static void print_sections(const cfgw_config *config)
{
        size_t count = cfgw_config_section_count(config);

        print_colored(COLOR_DIM, " %zu section%s", count, count == 1 ? "" : "s");
}

static void print_changes(const struct content *content, const struct content *before)
{
        CLEANUP(diff_done) cfgw_diff *diff = NULL;

        if (!content->config)
                print_unknown(content);
        else if (!before->entry)
                print_sections(content->config);
        else if (!before->config)
                print_unknown(before);
        else if (cfgw_config_diff(before->config, content->config, &diff) < 0)
                return;
        else if (cfgw_diff_count(diff) == 0)
                print_colored(COLOR_DIM, " (no section differs)");
        else
                changes_print_diff(diff);
}

static void print_text(const struct content *content, const struct content *before)
{
        const struct past_entry *entry = content->entry;
        char time[TIME_TEXT_SIZE];

        format_time(entry->accepted_usec, time);
        printf("%6llu  %s  ", (unsigned long long)entry->generation, time);
        print_digest(entry->digest);
        printf(" %9llu ", (unsigned long long)entry->size);
        print_changes(content, before);
        putchar('\n');
}

/* What could be found out goes into the daemon's own words. */
static void add_json(const struct content *content, const struct content *before)
{
        CLEANUP(diff_done) cfgw_diff *diff = NULL;
        json_t *json = content->entry->json;

        if (!content->config)
                return;
        json_object_set_new(json, "sections",
                            json_integer((json_int_t)cfgw_config_section_count(content->config)));
        if (before->config && cfgw_config_diff(before->config, content->config, &diff) == 0)
                changes_add_diff(json, diff);
}

/* Whether what was tried says anything of the generation at all. */
static bool is_answer(const struct content *content)
{
        return content->error == 0 || past_reason(content->error);
}

/* Shows the first @count entries; @past may have one more, for what the last one changed. */
static int show(const struct cli *cli, const struct past *past, size_t count)
{
        void (*tell)(const struct content *, const struct content *) =
                cli->json ? add_json : print_text;
        CLEANUP(content_done) struct content content = load(cli, &past->entries[0]);

        for (size_t i = 0; i < count; i++) {
                struct content before = {0};

                if (i + 1 < past->count)
                        before = load(cli, &past->entries[i + 1]);
                if (!is_answer(&content) || !is_answer(&before)) {
                        int error = is_answer(&content) ? before.error : content.error;

                        content_done(&before);
                        return fail_query(cli->operands[0], error);
                }
                tell(&content, &before);
                content_done(&content);
                content = before;
        }
        return EXIT_YES;
}

int cmd_history(const struct cli *cli)
{
        CLEANUP(past_done) struct past past = {0};
        size_t count = cli->entries > 0 ? cli->entries : ENTRIES_DEFAULT;
        int r;

        if (count > PAST_MAX)
                count = PAST_MAX;
        r = past_list(cli, cli->operands[0], count + 1, &past);
        if (r != EXIT_YES)
                return r;
        if (count > past.count)
                count = past.count;
        r = show(cli, &past, count);
        if (r != EXIT_YES || !cli->json)
                return r;
        if (past.count > count)
                json_array_remove(json_object_get(past.json, "entries"), count);
        print_json(past.json, JSON_INDENT(2));
        return EXIT_YES;
}
