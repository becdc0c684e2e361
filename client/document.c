/* SPDX-License-Identifier: MIT */

/*
 * What holds for a config file in every format.
 *
 * The order of the checks and the words of the messages are Proxmox Backup's. The state is
 * where we are: `inside` a section or not, `type` is the schema of the section (NULL: unknown,
 * every key passes), `seen` has a bit for each property of it. The builder owns the content.
 *
 * All bytes are untrusted. The parser has each line checked before it looks at it, so all text
 * that arrives here is UTF-8 without NUL bytes, and bounded. Every step takes constant time for
 * each byte.
 */

#include "document.h"

#include "schema.h"

#include <errno.h>
#include <string.h>

/* Four for each of the most sections: bounds the memory. */
#define PROPERTIES_MAX ((size_t)1 << 23)

struct document document_begin(const char *domain, const struct parse_rules *rules,
                               cfgw_report *report, struct snapshot_builder *builder)
{
        return (struct document){
                .domain = domain,
                .rules = rules,
                .report = report,
                .builder = builder,
                .schema = schema_for(domain),
        };
}

/* --------------------------------------------------------------------------- bounds */

enum line_kind { LINE_BLANK, LINE_SECTION, LINE_PROPERTY };

static enum line_kind kind_of(const char *line, const char *end, cfgw_format format)
{
        if (line == end || *line == '\n' || (*line == '\r' && line + 1 < end && line[1] == '\n'))
                return LINE_BLANK;
        if (format == CFGW_FORMAT_INI)
                return *line == '[' ? LINE_SECTION : LINE_PROPERTY;
        return (*line | 0x20) >= 'a' && (*line | 0x20) <= 'z' ? LINE_SECTION : LINE_PROPERTY;
}

struct snapshot_bounds document_bounds(struct text data, const char *domain,
                                       const struct parse_rules *rules)
{
        /* Each text is followed by a separator at least, or the end, in place of its NUL byte. A
         * section's type may be the domain's name. */
        struct snapshot_bounds bounds = {.text = data.size + 1 + strlen(domain) + 1};
        const char *line = data.data, *end = data.data + data.size;

        while (line < end) {
                enum line_kind kind = kind_of(line, end, rules->format);
                const char *feed = memchr(line, '\n', (size_t)(end - line));

                bounds.sections += kind == LINE_SECTION;
                bounds.properties += kind == LINE_PROPERTY;
                line = feed ? feed + 1 : end;
        }
        bounds.sections = MIN(bounds.sections, rules->limits.sections);
        bounds.properties = MIN(bounds.properties, PROPERTIES_MAX);
        return bounds;
}

/* --------------------------------------------------------------------------- lines */

int document_check_line(const struct document *document, struct text line)
{
        if (line.size > document->rules->limits.line)
                return report_error(document->report, document->line,
                                    "the line is longer than %zu bytes",
                                    document->rules->limits.line);
        if (memchr(line.data, '\0', line.size))
                return report_error(document->report, document->line, "the line holds a NUL byte");
        if (!utf8_valid(line.data, line.size))
                return report_error(document->report, document->line,
                                    "the line is not valid UTF-8");
        return 0;
}

/* ------------------------------------------------------------------------ sections */

static int find_type(struct document *document, struct text type)
{
        document->type = document->schema ? schema_type(document->schema, type) : NULL;
        if (!document->schema || document->type)
                return 0;
        if (document->rules->strict || !schema_type_name_valid(type))
                return report_error(document->report, document->line, "unknown section type '%.*s'",
                                    TEXT_ARGUMENTS(type));
        report_warning(document->report, document->line, "unknown section type '%.*s'",
                       TEXT_ARGUMENTS(type));
        return 0;
}

static int check_id(const struct document *document, struct text id)
{
        struct reason reason;
        int r;

        r = document->type ? schema_check_id(document->type, id, &reason)
                           : schema_check_unknown_id(id, &reason);
        if (r < 0)
                return report_error(document->report, document->line,
                                    "syntax error in section identifier: %s", reason.text);
        return 0;
}

/* What becomes of the section of this id that was there already, in line @replaced. */
static int take_second(const struct document *document, struct text id, uint32_t replaced)
{
        if (document->unique)
                return report_error(document->report, document->line,
                                    "section '%.*s' is there already, in line %u",
                                    TEXT_ARGUMENTS(id), replaced);
        report_warning(document->report, document->line,
                       "section '%.*s' in line %u replaces the one in line %u", TEXT_ARGUMENTS(id),
                       document->line, replaced);
        return 0;
}

int document_begin_section(struct document *document, struct text type, struct text id)
{
        uint32_t replaced;
        int r;

        r = find_type(document, type);
        if (r < 0)
                return r;
        r = check_id(document, id);
        if (r < 0)
                return r;
        if (++document->sections > document->rules->limits.sections)
                return report_error(document->report, document->line, "more than %zu sections",
                                    document->rules->limits.sections);
        r = snapshot_builder_section(document->builder, type, id, document->line);
        if (r < 0)
                return r;
        replaced = snapshot_builder_replaced_line(document->builder);
        if (replaced > 0) {
                r = take_second(document, id, replaced);
                if (r < 0)
                        return r;
        }
        document->inside = true;
        document->section_line = document->line;
        document->seen = 0;
        document->own_properties = 0;
        return 0;
}

int document_end_section(struct document *document, uint32_t line)
{
        size_t count = document->type ? schema_property_count(document->type) : 0;

        for (size_t i = 0; i < count; i++) {
                const struct schema_property *property = schema_property_at(document->type, i);

                if (property->required && !(document->seen & UINT64_C(1) << i))
                        return report_error(document->report, line,
                                            "property '%s' is missing and it is not optional.",
                                            property->name);
        }
        document->inside = false;
        return 0;
}

/* ---------------------------------------------------------------------- properties */

/* Checks @key and @value against the section's type and notes that it has this property. */
static int check_property(struct document *document, struct text key, struct text value)
{
        const struct schema_property *property = schema_property(document->type, key);
        struct reason reason;

        if (!property && document->rules->strict)
                return report_error(document->report, document->line, "unknown property '%.*s'",
                                    TEXT_ARGUMENTS(key));
        if (!property) {
                report_warning(document->report, document->line, "unknown property '%.*s'",
                               TEXT_ARGUMENTS(key));
                return 0;
        }
        if (schema_check_value(property, value, &reason) < 0)
                return report_error(document->report, document->line, "property '%s': %s",
                                    property->name, reason.text);
        document->seen |= UINT64_C(1) << (property - schema_property_at(document->type, 0));
        return 0;
}

int document_add_property(struct document *document, struct text key, struct text value)
{
        int r;

        r = document->type ? check_property(document, key, value) : 0;
        if (r < 0)
                return r;
        if (++document->own_properties > document->rules->limits.properties)
                return report_error(document->report, document->line,
                                    "more than %zu properties in one section",
                                    document->rules->limits.properties);
        if (++document->properties > PROPERTIES_MAX)
                return report_error(document->report, document->line, "more than %zu properties",
                                    PROPERTIES_MAX);
        r = snapshot_builder_property(document->builder, key, value, document->line);
        if (r == -EEXIST)
                return report_error(document->report, document->line, "duplicate property '%.*s'",
                                    TEXT_ARGUMENTS(key));
        return r;
}
