/* SPDX-License-Identifier: MIT */
/*
 * diff: what differs between two generations, as unified text. A section is a hunk, with all
 * its lines: what changed in it is seldom to be understood without the rest. Order, comments
 * and blanks are no difference.
 */
#include "past.h"

#include <string.h>
#include <unistd.h>

/* One side of the comparison. */
struct side {
        uint64_t generation;
        uint64_t accepted_usec; /* 0: not known */
        const cfgw_config *config;
};

static void side_done(struct side *side)
{
        cfgw_config_unref(side->config);
}

/* ------------------------------------------------------------------ printing */

/* @text as it may go to stdout; free() it. NULL without memory. */
static char *for_output(const char *text)
{
        char *escaped = NULL;
        size_t size;
        FILE *stream;

        if (!isatty(STDOUT_FILENO))
                return strdup(text);
        stream = open_memstream(&escaped, &size);
        if (!stream)
                return NULL;
        print_escaped(stream, text);
        return fclose(stream) == 0 ? escaped : NULL;
}

/* A line of the sign, an indent, and @text, which comes from a file. */
static void print_line(char sign, const char *indent, const char *text)
{
        CLEANUP(free_done) char *content = for_output(text);

        if (!content)
                return;
        if (sign == ' ')
                printf(" %s%s", indent, content);
        else
                print_colored(sign == '+' ? COLOR_GOOD : COLOR_BAD, "%c%s%s", sign, indent,
                              content);
        putchar('\n');
}

static void print_header(char sign, cfgw_format format, const cfgw_section *section)
{
        const char *type = cfgw_section_type(section), *name = cfgw_section_name(section);
        CLEANUP(free_done) char *line = NULL;

        if (asprintf(&line, format == CFGW_FORMAT_INI ? "[%s: %s]" : "%s: %s", type, name) < 0)
                return;
        print_line(sign, "", line);
}

static void print_property(char sign, cfgw_format format, const cfgw_property *property)
{
        const char *key = cfgw_property_key(property), *value = cfgw_property_value(property);
        CLEANUP(free_done) char *line = NULL;
        bool is_ini = format == CFGW_FORMAT_INI;

        if (asprintf(&line, is_ini ? "%s = %s" : "%s %s", key, value) < 0)
                return;
        print_line(sign, is_ini ? "" : "\t", line);
}

static void print_whole(char sign, cfgw_format format, const cfgw_section *section)
{
        print_header(sign, format, section);
        for (size_t i = 0; i < cfgw_section_property_count(section); i++)
                print_property(sign, format, cfgw_section_property_at(section, i));
}

/* ------------------------------------------------------------------- hunks */

/* A section that is on both sides, and how far its old lines have been printed. */
struct hunk {
        cfgw_format before_format, after_format;
        const cfgw_section *before, *after;
        size_t next;
};

/* Old lines before line @end whose keys are gone: they stand where they stood. */
static void print_removed(struct hunk *hunk, size_t end)
{
        for (; hunk->next < end; hunk->next++) {
                const cfgw_property *old = cfgw_section_property_at(hunk->before, hunk->next);

                if (!cfgw_section_property(hunk->after, cfgw_property_key(old)))
                        print_property('-', hunk->before_format, old);
        }
}

/* The place of @property in its section. */
static size_t place_of(const cfgw_section *section, const cfgw_property *property)
{
        size_t i = 0;

        while (i < cfgw_section_property_count(section) &&
               cfgw_section_property_at(section, i) != property)
                i++;
        return i;
}

static void print_new(struct hunk *hunk, const cfgw_property *new)
{
        const cfgw_property *old = cfgw_section_property(hunk->before, cfgw_property_key(new));

        if (!old) {
                print_property('+', hunk->after_format, new);
                return;
        }
        print_removed(hunk, place_of(hunk->before, old));
        if (strcmp(cfgw_property_value(old), cfgw_property_value(new)) == 0) {
                print_property(' ', hunk->after_format, new);
                return;
        }
        print_property('-', hunk->before_format, old);
        print_property('+', hunk->after_format, new);
}

static void print_changed(struct hunk *hunk)
{
        if (strcmp(cfgw_section_type(hunk->before), cfgw_section_type(hunk->after)) == 0) {
                print_header(' ', hunk->after_format, hunk->after);
        } else {
                print_header('-', hunk->before_format, hunk->before);
                print_header('+', hunk->after_format, hunk->after);
        }
        for (size_t i = 0; i < cfgw_section_property_count(hunk->after); i++)
                print_new(hunk, cfgw_section_property_at(hunk->after, i));
        print_removed(hunk, cfgw_section_property_count(hunk->before));
}

/* "@@ -12,4 +12,5 @@": the section's line, and how many lines of it there are. */
static void print_range(const cfgw_section *before, const cfgw_section *after)
{
        print_colored(COLOR_DIM, "@@ -%u,%zu +%u,%zu @@", before ? cfgw_section_line(before) : 0,
                      before ? cfgw_section_property_count(before) + 1 : 0,
                      after ? cfgw_section_line(after) : 0,
                      after ? cfgw_section_property_count(after) + 1 : 0);
        putchar('\n');
}

static void print_hunk(const struct side *from, const struct side *to, const char *name)
{
        struct hunk hunk = {
                .before_format = cfgw_config_format(from->config),
                .after_format = cfgw_config_format(to->config),
                .before = cfgw_config_section(from->config, name),
                .after = cfgw_config_section(to->config, name),
        };

        print_range(hunk.before, hunk.after);
        if (!hunk.before)
                print_whole('+', hunk.after_format, hunk.after);
        else if (!hunk.after)
                print_whole('-', hunk.before_format, hunk.before);
        else
                print_changed(&hunk);
}

static void print_side(char sign, const struct side *side)
{
        char time[TIME_TEXT_SIZE];

        printf("%c%c%c %s generation %llu", sign, sign, sign, cfgw_config_domain(side->config),
               (unsigned long long)side->generation);
        if (side->accepted_usec > 0) {
                format_time(side->accepted_usec, time);
                printf("\t%s", time);
        }
        putchar('\n');
}

static int print_unified(const struct side *from, const struct side *to)
{
        CLEANUP(diff_done) cfgw_diff *diff = NULL;
        int r = cfgw_config_diff(from->config, to->config, &diff);

        if (r < 0)
                return fail_query(NULL, r);
        if (cfgw_diff_count(diff) == 0)
                return EXIT_YES;
        print_side('-', from);
        print_side('+', to);
        for (size_t i = 0; i < cfgw_diff_count(diff); i++)
                if (!cfgw_diff_key(diff, i))
                        print_hunk(from, to, cfgw_diff_section(diff, i));
        return EXIT_YES;
}

/* ----------------------------------------------------------------- choosing */

/* Which two, from the operands and what is kept. On failure says why; the exit code. */
static int choose(const struct cli *cli, const struct past *past, struct side *from,
                  struct side *to)
{
        int r = EXIT_YES;

        to->generation = past->entries[0].generation;
        if (cli->count > 1)
                r = past_parse(cli->operands[1], &from->generation);
        if (r == EXIT_YES && cli->count > 2)
                r = past_parse(cli->operands[2], &to->generation);
        if (r != EXIT_YES || cli->count > 1)
                return r;
        if (past->count < 2) {
                complain("no generation of %s before %llu is kept", cli->operands[0],
                         (unsigned long long)to->generation);
                return EXIT_NO;
        }
        from->generation = past->entries[1].generation;
        return EXIT_YES;
}

static int load(const struct cli *cli, const struct past *past, struct side *side)
{
        const struct past_entry *entry = past_find(past, side->generation);
        int r;

        side->accepted_usec = entry ? entry->accepted_usec : 0;
        r = cfgw_client_load_generation(cli->client, cli->operands[0], side->generation, QUERY_USEC,
                                        &side->config, NULL, NULL);
        return r < 0 ? past_fail(cli, cli->operands[0], side->generation, r) : EXIT_YES;
}

int cmd_diff(const struct cli *cli)
{
        CLEANUP(past_done) struct past past = {0};
        CLEANUP(side_done) struct side from = {0};
        CLEANUP(side_done) struct side to = {0};
        int r = past_list(cli, cli->operands[0], PAST_MAX, &past);

        if (r == EXIT_YES)
                r = choose(cli, &past, &from, &to);
        if (r == EXIT_YES)
                r = load(cli, &past, &from);
        if (r == EXIT_YES)
                r = load(cli, &past, &to);
        return r == EXIT_YES ? print_unified(&from, &to) : r;
}
