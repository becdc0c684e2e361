/* SPDX-License-Identifier: MIT */
/*
 * Edits of a text that keep every byte that they are not about: the order, comments, runs of
 * blanks, line ends. The parser has told in which line each section and property is; an edit
 * replaces a piece of the text, the splice, by another one.
 *
 * A line is taken apart as little as possible, and nothing is proved about the parts. What
 * makes it safe is the end: the result is parsed anew and compared with the text before. It is
 * given out only if the one property, or section, has become what was asked and nothing else
 * is another one. So a value that would end its line, begin a comment or lose a blank is
 * refused, whatever the format.
 */
#include "blank.h"
#include "reason.h"
#include "reparse.h"
#include "section_config_write.h"

#include <errno.h>
#include <string.h>

/* How a property is written in each format where there is none to take it from. */
static const char *const indents[] = {"\t", ""};
static const char *const separators[] = {" ", " = "};

/* Each one that is removed costs a parse of all the rest; nobody has that many. */
#define DOUBLES_MAX 1000

DEFINE_CLEANUP(cfgw_diff *, cfgw_diff_free);

/* What is edited. */
struct origin {
        struct text text;
        cfgw_format format;
};

/* A line by offsets: where it starts, where its content ends, where the next line starts. */
struct line {
        size_t start, end, next;
};

struct splice {
        size_t start, end; /* what goes */
        char *text;        /* what comes in its place; NULL: nothing */
};

static void splice_clear(struct splice *splice)
{
        free(splice->text);
}

/* ------------------------------------------------------------------- lines */

static struct line line_from(struct text text, size_t start)
{
        const char *feed = memchr(text.data + start, '\n', text.size - start);
        size_t end = feed ? (size_t)(feed - text.data) : text.size;
        struct line line = {start, end, feed ? end + 1 : end};

        if (feed && end > start && text.data[end - 1] == '\r')
                line.end--;
        return line;
}

/* Line @number, from 1, which the text has. */
static struct line line_at(struct text text, uint32_t number)
{
        struct line line = line_from(text, 0);

        while (--number > 0)
                line = line_from(text, line.next);
        return line;
}

/* The line before the one that starts at @start, which is not the first. */
static struct line line_before(struct text text, size_t start)
{
        const char *feed = memrchr(text.data, '\n', start - 1);

        return line_from(text, feed ? (size_t)(feed - text.data) + 1 : 0);
}

static struct text content(struct text text, struct line line)
{
        return (struct text){text.data + line.start, line.end - line.start};
}

/* What is white space at the start of @text: Unicode's, or isspace(3) of the C locale in INI. */
static size_t blanks_at_start(struct text text, cfgw_format format)
{
        size_t all = 0, size;

        while ((size = blank_at_start(text_skip(text, all))) > 0 &&
               (size == 1 || format != CFGW_FORMAT_INI))
                all += size;
        return all;
}

static bool is_blank(const struct origin *origin, struct line line)
{
        return blanks_at_start(content(origin->text, line), origin->format) ==
               line.end - line.start;
}

/* The line's end; @fallback if it is the last one and has none. */
static struct text ending(struct text text, struct line line, struct text fallback)
{
        return line.next > line.end ? (struct text){text.data + line.end, line.next - line.end}
                                    : fallback;
}

/* -------------------------------------------------------------- properties */

/* A property's line: indent, key, separator, and the value up to its end. */
struct shape {
        struct text indent, separator;
        size_t value; /* where it starts, in the whole text */
};

/* What stands between key and value. */
static size_t separator_at_start(struct text text, cfgw_format format)
{
        size_t size = blanks_at_start(text, format);

        if (format == CFGW_FORMAT_INI && size < text.size &&
            (text.data[size] == '=' || text.data[size] == ':')) {
                size++;
                size += blanks_at_start(text_skip(text, size), format);
        }
        return size;
}

static struct shape shape_of(const struct origin *origin, struct line line, const char *key)
{
        struct text rest = content(origin->text, line);
        size_t indent = blanks_at_start(rest, origin->format), before = indent + strlen(key);
        size_t separator;

        if (before > rest.size) /* no line of this key: the comparison at the end tells */
                before = rest.size;
        separator = separator_at_start(text_skip(rest, before), origin->format);
        return (struct shape){
                .indent = {rest.data, indent},
                .separator = {rest.data + before, separator},
                .value = line.start + before + separator,
        };
}

static int set_property(const struct origin *origin, const cfgw_property *property,
                        const char *value, struct splice *splice)
{
        struct line line = line_at(origin->text, property_line(property));

        splice->start = shape_of(origin, line, property_key(property)).value;
        splice->end = line.end;
        splice->text = strdup(value);
        return splice->text ? 0 : -ENOMEM;
}

/*
 * What a new property goes behind: the last one with a lesser key, which keeps the order that
 * Proxmox Backup writes, or else the header (NULL).
 */
static const cfgw_property *place_for(const cfgw_section *section, const char *key)
{
        const cfgw_property *place = NULL;

        for (size_t i = 0; i < section_property_count(section); i++) {
                const cfgw_property *property = section_property_at(section, i);

                if (strcmp(property_key(property), key) < 0)
                        place = property;
        }
        return place;
}

/* How the section's properties are written: @property or the first one shows it. */
static struct shape shape_in(const struct origin *origin, const cfgw_section *section,
                             const cfgw_property *property)
{
        const char *indent = indents[origin->format], *separator = separators[origin->format];

        if (!property)
                property = section_property_at(section, 0);
        if (property)
                return shape_of(origin, line_at(origin->text, property_line(property)),
                                property_key(property));
        return (struct shape){
                .indent = {indent, strlen(indent)},
                .separator = {separator, strlen(separator)},
        };
}

static int add_property(const struct origin *origin, const cfgw_section *section,
                        const cfgw_edit *edit, struct splice *splice)
{
        const cfgw_property *place = place_for(section, edit->key);
        struct line header = line_at(origin->text, section_line(section));
        struct line line = place ? line_at(origin->text, property_line(place)) : header;
        struct text feed = ending(origin->text, header, (struct text){"\n", 1});
        struct shape shape = shape_in(origin, section, place);

        splice->start = line.next;
        splice->end = line.next;
        if (line.next > line.end)
                splice->text = format_string("%.*s%s%.*s%s%.*s", TEXT_ARGUMENTS(shape.indent),
                                             edit->key, TEXT_ARGUMENTS(shape.separator),
                                             edit->value, TEXT_ARGUMENTS(feed));
        else /* the last line has no end so far */
                splice->text = format_string("%.*s%.*s%s%.*s%s%.*s", TEXT_ARGUMENTS(feed),
                                             TEXT_ARGUMENTS(shape.indent), edit->key,
                                             TEXT_ARGUMENTS(shape.separator), edit->value,
                                             TEXT_ARGUMENTS(feed));
        return splice->text ? 0 : -ENOMEM;
}

static int edit_property(const struct origin *origin, const cfgw_section *section,
                         const cfgw_edit *edit, struct splice *splice)
{
        const cfgw_property *property = section_property(section, edit->key);
        struct line line;

        if (edit->value)
                return property ? set_property(origin, property, edit->value, splice)
                                : add_property(origin, section, edit, splice);
        if (!property)
                return -ENOENT;
        line = line_at(origin->text, property_line(property));
        splice->start = line.start;
        splice->end = line.next;
        return 0;
}

/* ---------------------------------------------------------------- sections */

/* The section's lines with the blank line behind it; of the last one, the one before it. */
static int remove_section(const struct origin *origin, const cfgw_section *section,
                          struct splice *splice)
{
        size_t count = section_property_count(section);
        uint32_t last = section_line(section);
        struct line line;

        for (size_t i = 0; i < count; i++)
                last = MAX(last, property_line(section_property_at(section, i)));
        splice->start = line_at(origin->text, section_line(section)).start;
        splice->end = line_at(origin->text, last).next;
        line = line_from(origin->text, splice->end);
        if (is_blank(origin, line))
                splice->end = line.next;
        if (splice->end == origin->text.size && splice->start > 0) {
                line = line_before(origin->text, splice->start);
                if (is_blank(origin, line))
                        splice->start = line.start;
        }
        return 0;
}

/* ------------------------------------------------------------------ result */

static int apply(struct text text, const struct splice *splice, char **ret, size_t *ret_size)
{
        size_t middle = splice->text ? strlen(splice->text) : 0;
        size_t tail = text.size - splice->end;
        char *result = malloc(splice->start + middle + tail + 1);

        if (!result)
                return -ENOMEM;
        memcpy(result, text.data, splice->start);
        if (middle > 0)
                memcpy(result + splice->start, splice->text, middle);
        memcpy(result + splice->start + middle, text.data + splice->end, tail);
        result[splice->start + middle + tail] = '\0';
        *ret = result;
        *ret_size = splice->start + middle + tail;
        return 0;
}

/* One edit of @origin, whose content is @config, and what the result parses to. */
static int edit_once(const struct origin *origin, const cfgw_config *config, const cfgw_edit *edit,
                     char **ret, size_t *ret_size, const cfgw_config **ret_config)
{
        const cfgw_section *section = cfgw_config_section(config, edit->section);
        _cleanup_(splice_clear) struct splice splice = {.text = NULL};
        _cleanup_free_ char *result = NULL;
        size_t size;
        int r;

        if (!section)
                return -ENOENT;
        r = edit->key ? edit_property(origin, section, edit, &splice)
                      : remove_section(origin, section, &splice);
        if (r < 0)
                return r;
        r = apply(origin->text, &splice, &result, &size);
        if (r == 0)
                r = reparse(result, size, origin->format, ret_config);
        if (r < 0)
                return r;
        *ret = STEAL(result);
        *ret_size = size;
        return 0;
}

/* A section that was given twice comes back when the last one goes: so until none is left. */
static int edit_all(const struct origin *origin, const cfgw_config *config, const cfgw_edit *edit,
                    char **ret, size_t *ret_size, const cfgw_config **ret_config)
{
        _cleanup_(cfgw_config_unref_p) const cfgw_config *now = NULL;
        _cleanup_free_ char *result = NULL;
        size_t size;
        int r;

        r = edit_once(origin, config, edit, &result, &size, &now);
        for (int i = 1; r == 0 && !edit->key && cfgw_config_section(now, edit->section); i++) {
                _cleanup_(cfgw_config_unref_p) const cfgw_config *last = STEAL(now);
                _cleanup_free_ char *old = STEAL(result);
                struct origin again = {{old, size}, origin->format};

                r = i < DOUBLES_MAX ? edit_once(&again, last, edit, &result, &size, &now) : -EINVAL;
        }
        if (r < 0)
                return r;
        *ret = STEAL(result);
        *ret_size = size;
        *ret_config = STEAL(now);
        return 0;
}

/* Whether what @edit is about has become what it says. */
static bool is_done(const cfgw_config *after, const cfgw_edit *edit)
{
        const cfgw_section *section = cfgw_config_section(after, edit->section);
        const char *value;

        if (!edit->key)
                return !section;
        if (!section)
                return false;
        value = cfgw_section_get(section, edit->key);
        return edit->value ? value && strcmp(value, edit->value) == 0 : !value;
}

/* 1 if @after is @before but for what @edit is about, and that is done; else 0. */
static int is_right(const cfgw_config *before, const cfgw_config *after, const cfgw_edit *edit)
{
        _cleanup_(cfgw_diff_free_p) cfgw_diff *diff = NULL;
        int r;

        if (!is_done(after, edit))
                return 0;
        r = cfgw_config_diff(before, after, &diff);
        if (r < 0)
                return r;
        for (size_t i = 0; i < cfgw_diff_count(diff); i++) {
                const char *key = cfgw_diff_key(diff, i);

                if (strcmp(cfgw_diff_section(diff, i), edit->section) != 0 ||
                    (key && (!edit->key || strcmp(key, edit->key) != 0)))
                        return 0;
        }
        return 1;
}

static bool is_valid(const cfgw_edit *edit)
{
        return edit && edit->section && (edit->key || !edit->value) &&
               (!edit->key || (*edit->key && text_is_printable(edit->key))) &&
               (!edit->value || text_is_printable(edit->value));
}

/* Whether @config was parsed from @text, so that its lines are those of the text. */
static bool is_source(const cfgw_config *config, struct text text)
{
        struct digest parsed = snapshot_digest(config_snapshot(config));
        struct digest digest = digest_of(text.data, text.size);

        return digest_equal(&parsed, &digest);
}

PUBLIC int cfgw_text_edit(const char *data, size_t size, const cfgw_config *config,
                          const cfgw_edit *edit, char **ret, size_t *ret_size)
{
        _cleanup_(cfgw_config_unref_p) const cfgw_config *before = NULL, *after = NULL;
        struct origin origin = {{size > 0 ? data : "", size}, cfgw_config_format(config)};
        _cleanup_free_ char *result = NULL;
        size_t result_size;
        int r;

        if ((!data && size > 0) || !config || !is_valid(edit) || !ret || !ret_size ||
            !is_source(config, origin.text))
                return -EINVAL;
        r = edit_all(&origin, config, edit, &result, &result_size, &after);
        if (r == 0)
                r = reparse(origin.text.data, size, origin.format, &before);
        if (r == 0)
                r = is_right(before, after, edit);
        if (r <= 0)
                return r == 0 || r == -EBADMSG ? -EINVAL : r;
        *ret = STEAL(result);
        *ret_size = result_size;
        return 0;
}
