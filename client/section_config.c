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
 * Only the grammar is here. What a section may hold is document.c's business, and so is all
 * state but the place in the text.
 */

#include "section_config.h"

#include "blank.h"

#include <string.h>

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
        *ret_type = text_trim((struct text){line.data, size});
        *ret_id = text_trim(text_skip(line, size + 1));
        return true;
}

/*
 * @rest, which is behind the white space that the line begins with: key, white space, value. The
 * value may be empty, the blank may not.
 */
static bool split_property(struct text rest, struct text *ret_key, struct text *ret_value)
{
        size_t size = 0;

        while (size < rest.size && blank_at_start(text_skip(rest, size)) == 0)
                size++;
        if (size == 0 || size == rest.size)
                return false;
        *ret_key = (struct text){rest.data, size};
        *ret_value = text_trim(text_skip(rest, size));
        return true;
}

/* --------------------------------------------------------------------------- lines */

static int parse_line(struct document *document, struct text line)
{
        struct text rest, first, second;
        int r;

        r = document_check_line(document, line);
        if (r < 0)
                return r;
        rest = text_trim_start(line);
        if (rest.size == 0)
                return document->inside ? document_end_section(document, document->line) : 0;
        if (document->inside) {
                if (rest.size == line.size || !split_property(rest, &first, &second))
                        return report_error(document->report, document->line,
                                            "syntax error (expected section properties)");
                return document_add_property(document, first, second);
        }
        if (!split_header(line, &first, &second))
                return report_error(document->report, document->line,
                                    "syntax error (expected header)");
        return document_begin_section(document, first, second);
}

/* Takes the next line off @rest: without its LF, and without a CR before that. */
static struct text next_line(struct text *rest)
{
        const char *feed = memchr(rest->data, '\n', rest->size);
        size_t size = feed ? (size_t)(feed - rest->data) : rest->size;
        struct text line = {rest->data, size};

        *rest = text_skip(*rest, feed ? size + 1 : size);
        if (feed && size > 0 && line.data[size - 1] == '\r')
                line.size--;
        return line;
}

int section_config_parse(struct document *document, struct text data)
{
        struct text rest = data;
        int r = 0;

        if (data.size >= 3 && memcmp(data.data, "\xef\xbb\xbf", 3) == 0)
                return report_error(document->report, 1, "the file begins with a byte order mark");
        while (r == 0 && rest.size > 0) {
                document->line++;
                r = parse_line(document, next_line(&rest));
        }
        if (r == 0 && document->inside)
                r = document_end_section(document, document->line);
        return r;
}
