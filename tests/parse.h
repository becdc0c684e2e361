/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_PARSE_H
#define CFGWATCH_TESTS_PARSE_H

/* Texts to snapshots in one call, for the tests and the fuzzers of the format. */

#include "report.h"
#include "source.h"

#include <string.h>

struct parse {
        int result;
        cfgw_report *report;
        struct snapshot *snapshot; /* NULL: refused */
};

static inline struct parse parse_by(const char *data, size_t size, const char *domain,
                                    const struct parse_rules *rules)
{
        struct source source = {.result = SOURCE_READ, .data = (char *)data, .size = size};
        struct parse parse = {.result = -1};

        source.digest = digest_of(data, size);
        if (report_new(&parse.report) == 0)
                parse.result = source_parse(&source, domain, "/etc/some.cfg", rules, parse.report,
                                            &parse.snapshot);
        return parse;
}

static inline struct parse parse_bytes(const char *data, size_t size, const char *domain,
                                       unsigned int flags)
{
        struct parse_rules rules = parse_rules_of(flags);

        return parse_by(data, size, domain, &rules);
}

static inline struct parse parse_text(const char *text, unsigned int flags)
{
        return parse_bytes(text, strlen(text), "datastore", flags);
}

static inline void parse_clear(struct parse *parse)
{
        cfgw_report_free(parse->report);
        free(parse->snapshot);
}

static inline const char *parse_error(const struct parse *parse, uint32_t *ret_line)
{
        return report_get_error(parse->report, ret_line);
}

/* Looks at everything that a snapshot lends out; the sum keeps the compiler from skipping it. */
static inline size_t parse_walk(const struct snapshot *snapshot)
{
        size_t sum = strlen(snapshot_domain(snapshot)) + strlen(snapshot_path(snapshot)) +
                     strlen(snapshot_digest_hex(snapshot));

        for (size_t i = 0; i < snapshot_section_count(snapshot); i++) {
                const cfgw_section *section = snapshot_section_at(snapshot, i);

                sum += strlen(section_name(section)) + strlen(section_type(section));
                sum += snapshot_find(snapshot, section_name(section)) == section;
                sum += section_property(section, "no such key") != NULL;
                for (size_t j = 0; j < section_property_count(section); j++) {
                        const cfgw_property *property = section_property_at(section, j);

                        sum += strlen(property_key(property)) + strlen(property_value(property));
                }
        }
        return sum + (snapshot_find(snapshot, "no such section") != NULL);
}

#endif
