/* SPDX-License-Identifier: MIT */

/*
 * Parser of section-config.
 *
 *   datastore: store1             a header, at the first column
 *   <white space>path /srv/one    properties, indented
 *                                 a blank line ends the section
 *
 * The rules, the order of the checks and the words of the messages are Proxmox Backup's: a
 * line is a header or blank outside of a section, and a property or blank inside; nothing else
 * exists, no comments, no quotes, no continuation. White space is Unicode's White_Space.
 *
 * The state is where we are: `inside` tells the two kinds of line apart, `type` is the schema
 * of the section (NULL: unknown, every key passes), `seen` has a bit for each property of it.
 * The builder owns the content. The first error ends the parse; what was built until then is
 * worthless, and the caller drops it.
 *
 * All bytes are untrusted: each line is bounded, then proved to be UTF-8 without NUL bytes
 * before it is looked at. Every step takes constant time for each byte.
 */

#include "section_config.h"

#include "blank.h"
#include "schema.h"

#include <errno.h>
#include <string.h>

/* Longer than any value that Proxmox Backup takes (4096 characters), whatever it adds. */
#define LINE_SIZE_MAX ((size_t)64 << 10)

/* Some ten times what a datastore can have; keeps the search for a key short. */
#define SECTION_PROPERTIES_MAX 256

/* Twice the million that must load: bounds the memory, since a section takes 5 bytes of text. */
#define SECTIONS_MAX ((size_t)1 << 21)

/* So, too: a real one takes 8 bytes (`path /` with its blank and line end), so 64 MiB have no more.
 */
#define PROPERTIES_MAX ((size_t)1 << 23)

struct parser {
        const struct schema *schema; /* NULL: any type and any key passes */
        bool strict;
        cfgw_report *report;
        struct snapshot_builder *builder;
        uint32_t line; /* from 1 */
        size_t sections, properties;

        bool inside;                    /* a section */
        const struct schema_type *type; /* of it; NULL: unknown */
        uint64_t seen;                  /* bit i: it has property i of the type */
        size_t own_properties;          /* how many it has */
};

/* ------------------------------------------------------------------- white space */

static struct text skip(struct text text, size_t size)
{
        return (struct text){text.data + size, text.size - size};
}

static struct text trim_start(struct text text)
{
        size_t size;

        while ((size = blank_at_start(text)) > 0)
                text = skip(text, size);
        return text;
}

static struct text trim(struct text text)
{
        size_t size;

        text = trim_start(text);
        while ((size = blank_at_end(text)) > 0)
                text.size -= size;
        return text;
}

/* ------------------------------------------------------------------------ grammar */

/*
 * `TYPE: ID`. Of the letters that may come first only ASCII's are taken: a type with another
 * one does not exist, and what it is called in the message is all that differs.
 */
static bool split_header(struct text line, struct text *ret_type, struct text *ret_id)
{
        const char *colon = memchr(line.data, ':', line.size);
        char first = line.size > 0 ? (char)(line.data[0] | 0x20) : '\0';
        size_t size;

        if (!colon || first < 'a' || first > 'z')
                return false;
        size = (size_t)(colon - line.data);
        *ret_type = trim((struct text){line.data, size});
        *ret_id = trim(skip(line, size + 1));
        return true;
}

/* White space, key, white space, value. The value may be empty, the second blank may not. */
static bool split_property(struct text line, struct text *ret_key, struct text *ret_value)
{
        struct text rest = trim_start(line);
        size_t size = 0;

        if (rest.size == line.size)
                return false;
        while (size < rest.size && blank_at_start(skip(rest, size)) == 0)
                size++;
        if (size == 0 || size == rest.size)
                return false;
        *ret_key = (struct text){rest.data, size};
        *ret_value = trim(skip(rest, size));
        return true;
}

/* ------------------------------------------------------------------------ sections */

static int unknown_type(struct parser *parser, struct text type)
{
        if (parser->strict || !schema_type_name_valid(type))
                return report_error(parser->report, parser->line, "unknown section type '%.*s'",
                                    TEXT_ARGUMENTS(type));
        report_warning(parser->report, parser->line, "unknown section type '%.*s'",
                       TEXT_ARGUMENTS(type));
        return 0;
}

static int begin_section(struct parser *parser, struct text type, struct text id)
{
        struct reason reason;
        uint32_t replaced;
        int r;

        parser->type = parser->schema ? schema_type(parser->schema, type) : NULL;
        if (parser->schema && !parser->type) {
                r = unknown_type(parser, type);
                if (r < 0)
                        return r;
        }
        r = parser->type ? schema_check_id(parser->type, id, &reason)
                         : schema_check_unknown_id(id, &reason);
        if (r < 0)
                return report_error(parser->report, parser->line,
                                    "syntax error in section identifier: %s", reason.text);
        if (++parser->sections > SECTIONS_MAX)
                return report_error(parser->report, parser->line, "more than %zu sections",
                                    SECTIONS_MAX);
        r = snapshot_builder_section(parser->builder, type, id, parser->line);
        if (r < 0)
                return r;
        replaced = snapshot_builder_replaced_line(parser->builder);
        if (replaced > 0)
                report_warning(parser->report, parser->line,
                               "section '%.*s' in line %u replaces the one in line %u",
                               TEXT_ARGUMENTS(id), parser->line, replaced);
        parser->inside = true;
        parser->seen = 0;
        parser->own_properties = 0;
        return 0;
}

static int end_section(struct parser *parser)
{
        size_t count = parser->type ? schema_property_count(parser->type) : 0;

        for (size_t i = 0; i < count; i++) {
                const struct schema_property *property = schema_property_at(parser->type, i);

                if (property->required && !(parser->seen & UINT64_C(1) << i))
                        return report_error(parser->report, parser->line,
                                            "property '%s' is missing and it is not optional.",
                                            property->name);
        }
        parser->inside = false;
        return 0;
}

/* Checks @key and @value against the section's type and notes that it has this property. */
static int check_property(struct parser *parser, struct text key, struct text value)
{
        const struct schema_property *property = schema_property(parser->type, key);
        struct reason reason;

        if (!property && parser->strict)
                return report_error(parser->report, parser->line, "unknown property '%.*s'",
                                    TEXT_ARGUMENTS(key));
        if (!property) {
                report_warning(parser->report, parser->line, "unknown property '%.*s'",
                               TEXT_ARGUMENTS(key));
                return 0;
        }
        if (schema_check_value(property, value, &reason) < 0)
                return report_error(parser->report, parser->line, "property '%s': %s",
                                    property->name, reason.text);
        parser->seen |= UINT64_C(1) << (property - schema_property_at(parser->type, 0));
        return 0;
}

static int add_property(struct parser *parser, struct text key, struct text value)
{
        int r;

        r = parser->type ? check_property(parser, key, value) : 0;
        if (r < 0)
                return r;
        if (++parser->own_properties > SECTION_PROPERTIES_MAX)
                return report_error(parser->report, parser->line,
                                    "more than %d properties in one section",
                                    SECTION_PROPERTIES_MAX);
        if (++parser->properties > PROPERTIES_MAX)
                return report_error(parser->report, parser->line, "more than %zu properties",
                                    PROPERTIES_MAX);
        r = snapshot_builder_property(parser->builder, key, value, parser->line);
        if (r == -EEXIST)
                return report_error(parser->report, parser->line, "duplicate property '%.*s'",
                                    TEXT_ARGUMENTS(key));
        return r;
}

/* --------------------------------------------------------------------------- lines */

/* What makes a line unfit to be looked at, in words; NULL: nothing. */
static const char *line_refusal(struct text line)
{
        if (memchr(line.data, '\0', line.size))
                return "the line holds a NUL byte";
        if (!utf8_valid(line.data, line.size))
                return "the line is not valid UTF-8";
        return NULL;
}

static int parse_line(struct parser *parser, struct text line)
{
        struct text first, second;
        const char *refusal;

        if (line.size > LINE_SIZE_MAX)
                return report_error(parser->report, parser->line,
                                    "the line is longer than %zu bytes", LINE_SIZE_MAX);
        refusal = line_refusal(line);
        if (refusal)
                return report_error(parser->report, parser->line, "%s", refusal);
        if (trim_start(line).size == 0)
                return parser->inside ? end_section(parser) : 0;
        if (parser->inside) {
                if (!split_property(line, &first, &second))
                        return report_error(parser->report, parser->line,
                                            "syntax error (expected section properties)");
                return add_property(parser, first, second);
        }
        if (!split_header(line, &first, &second))
                return report_error(parser->report, parser->line, "syntax error (expected header)");
        return begin_section(parser, first, second);
}

/* Takes the next line off @rest: without its LF, and without a CR before that. */
static struct text next_line(struct text *rest)
{
        const char *feed = memchr(rest->data, '\n', rest->size);
        size_t size = feed ? (size_t)(feed - rest->data) : rest->size;
        struct text line = {rest->data, size};

        *rest = skip(*rest, feed ? size + 1 : size);
        if (feed && size > 0 && line.data[size - 1] == '\r')
                line.size--;
        return line;
}

int section_config_parse(const char *data, size_t size, const struct schema *schema,
                         unsigned int flags, cfgw_report *report, struct snapshot_builder *builder)
{
        struct parser parser = {
                .schema = schema,
                .strict = flags & CFGW_LOAD_STRICT,
                .report = report,
                .builder = builder,
        };
        struct text rest = {data, size};
        int r;

        if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
                return report_error(report, 1, "the file begins with a byte order mark");
        while (rest.size > 0) {
                parser.line++;
                r = parse_line(&parser, next_line(&rest));
                if (r < 0)
                        return r;
        }
        return parser.inside ? end_section(&parser) : 0;
}
