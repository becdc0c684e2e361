/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SCHEMA_H
#define CFGWATCH_SCHEMA_H

/*
 * What a domain's sections may hold, as tables: section types, the form of their ids, their
 * properties, which of them are required, and the check of each value.
 */

#include "snapshot_builder.h"

struct schema;

/* The schema of @domain; NULL: none is known, any type and any key passes. */
const struct schema *schema_for(const char *domain);

struct schema_type;

/* The section type @name, or NULL if @schema does not know it. */
const struct schema_type *schema_type(const struct schema *schema, struct text name);

/* Whether a later release could have this section type: a name that is safe everywhere. */
bool schema_type_name_valid(struct text name);

/* NULL, or why @id cannot be the id of a section of an unknown type (static text). */
const char *schema_check_unknown_id(struct text id);

/* NULL, or why @id cannot be the id of a section of this type (static text). */
const char *schema_check_id(const struct schema_type *type, struct text id);

/* Of one type; the parser keeps a bit for each of them in 64. */
#define SCHEMA_PROPERTIES_MAX 64

struct schema_property {
        const char *name;
        bool required;
        size_t length_min, length_max; /* in code points; a maximum of 0: any */
        const char *too_short, *too_long;
        /* NULL, or why the value is refused (static text); runs after the length passed. */
        const char *(*check)(struct text value);
};

const struct schema_property *schema_property(const struct schema_type *type, struct text key);

/* NULL, or why @value cannot be the value of @property (static text). */
const char *schema_check_value(const struct schema_property *property, struct text value);

/* All properties of a type, for finding the required ones that are missing. */
size_t schema_property_count(const struct schema_type *type);
const struct schema_property *schema_property_at(const struct schema_type *type, size_t i);

#endif
