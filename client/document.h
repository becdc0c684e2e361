/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DOCUMENT_H
#define CFGWATCH_DOCUMENT_H

/*
 * A config file on its way from a parser to a snapshot: sections and properties, checked
 * against the schema and the limits. A parser knows the grammar of its format; what holds for
 * every format is here.
 */

#include "parse_rules.h"
#include "report.h"
#include "snapshot_builder.h"

struct schema;
struct schema_type;

struct document {
        const char *domain;
        const struct parse_rules *rules;
        cfgw_report *report;
        struct snapshot_builder *builder;

        /* The parser's: it is the one who writes them. */
        uint32_t line; /* which is being read, from 1: what is wrong is told of this one */
        bool unique;   /* an id that comes twice is an error, and not a replacement */

        bool inside;           /* a section */
        uint32_t section_line; /* of its header */

        /* document.c's own. */
        const struct schema *schema;    /* NULL: any type and any key passes */
        const struct schema_type *type; /* of the section; NULL: unknown */
        uint64_t seen;                  /* bit i: the section has property i of the type */
        size_t own_properties;          /* how many it has */
        size_t sections, properties;    /* of the file */
};

/* A document of @domain. All are borrowed for as long as it is in use; @report may be NULL. */
struct document document_begin(const char *domain, const struct parse_rules *rules,
                               cfgw_report *report, struct snapshot_builder *builder);

/*
 * How much @data of @domain can hold at most, by how each line begins alone: exact for a file as
 * Proxmox Backup writes it. What a parser finds never exceeds it, whatever the bytes are.
 */
struct snapshot_bounds document_bounds(struct text data, const char *domain,
                                       const struct parse_rules *rules);

/*
 * The rest returns 0, -EBADMSG (refused, and the report says why), or the builder's error. The
 * first error ends the document: what was built until then is worthless.
 */

/* Whether a line may be looked at: it is not too long, and UTF-8 without NUL bytes. */
int document_check_line(const struct document *document, struct text line);

int document_begin_section(struct document *document, struct text type, struct text id);
int document_add_property(struct document *document, struct text key, struct text value);

/* Looks for what is missing in the section; @line is to blame for that. */
int document_end_section(struct document *document, uint32_t line);

#endif
