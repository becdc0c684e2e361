/* SPDX-License-Identifier: MIT */

/*
 * An INI file as a document.
 *
 *   ; comment                     or # comment
 *   [datastore: store1]           or [store1]: a section of the type that the domain is called
 *   path = /srv/one               at the first column; `:` does for `=`
 *
 * What holds in section-config holds here, with the same words, but for what INI says itself: a
 * blank line ends nothing, and an id that comes twice is an error, since half of the world's
 * INI parsers merge such sections and the other half does not. What is missing in a section is
 * told with the line of its header.
 */

#include "ini_config.h"

#include "blank.h"
#include "inifile.h"
#include "schema.h"

#include <errno.h>
#include <string.h>

static int check_line(void *userdata, struct text line, uint32_t number)
{
        struct document *document = userdata;

        document->line = number;
        return document_check_line(document, line);
}

/* `TYPE: ID`, or `ID`. */
static int split_name(const struct document *document, struct text name, struct text *ret_type,
                      struct text *ret_id)
{
        const char *colon = memchr(name.data, ':', name.size);
        struct text type = text_of(document->domain), id = name;

        if (colon) {
                size_t size = (size_t)(colon - name.data);

                type = text_trim((struct text){name.data, size});
                id = text_skip(name, size + 1);
                if (!schema_type_name_valid(type))
                        return report_error(document->report, document->line,
                                            "syntax error (expected [TYPE: ID] or [ID])");
        }
        *ret_type = type;
        *ret_id = text_trim(id);
        return 0;
}

static int take_section(void *userdata, struct text name, struct inifile_error *error)
{
        struct document *document = userdata;
        struct text type, id;
        int r;

        if (document->inside) {
                r = document_end_section(document, document->section_line);
                if (r < 0)
                        return r;
        }
        r = split_name(document, name, &type, &id);
        if (r < 0)
                return r;
        return document_begin_section(document, type, id);
}

static int take_property(void *userdata, const char *section, const char *key, const char *value,
                         struct inifile_error *error)
{
        struct document *document = userdata;

        if (!document->inside)
                return report_error(document->report, document->line, "key outside of a section");
        return document_add_property(document, text_of(key), text_of(value));
}

int ini_config_parse(struct document *document, struct text data)
{
        static const struct inifile_handler handler = {
                .line = check_line,
                .section = take_section,
                .property = take_property,
        };
        struct inifile_error error;
        int r;

        document->unique = true;
        r = inifile_parse(data, &handler, document, &error);
        if (r == -EBADMSG) /* unless the report has it already */
                return report_error(document->report, error.line, "%s", error.reason);
        if (r == 0 && document->inside)
                r = document_end_section(document, document->section_line);
        return r;
}
