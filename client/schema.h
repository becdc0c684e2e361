/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SCHEMA_H
#define CFGWATCH_SCHEMA_H

/*
 * What a domain's sections may hold, as tables: section types, the form of their ids, their
 * properties, which of them are required, and what each value must be. The tables are in
 * schema_tables.c; a new property or section type is a few lines there and nothing elsewhere.
 */

#include "reason.h"

/* What a value is, and so which of the fields below say more about it; lengths may of any. */
enum schema_kind {
        SCHEMA_STRING,          /* form */
        SCHEMA_BOOLEAN,         /* nothing */
        SCHEMA_INTEGER,         /* minimum and maximum */
        SCHEMA_ENUMERATION,     /* words */
        SCHEMA_BYTE_SIZE,       /* nothing */
        SCHEMA_CALENDAR_EVENT,  /* nothing */
        SCHEMA_PROPERTY_STRING, /* members */
};

struct schema_set;

struct schema_property {
        const char *name;
        bool required;
        const char *fallback; /* the value that stands for a missing one; NULL: none does */
        enum schema_kind kind;

        size_t length_min, length_max;   /* in characters; a maximum of 0: any length */
        bool (*form)(struct text value); /* NULL: any */
        int64_t minimum, maximum;        /* both belong to the range */
        const char *const *words;        /* NULL-terminated */
        const struct schema_set *members;
};

#define SCHEMA_RULE_KEYS_MAX 4

/* Where the property @key has the value @value, or falls back to it. */
struct schema_rule {
        const char *key, *value;
        const char *needs[SCHEMA_RULE_KEYS_MAX], *forbids[SCHEMA_RULE_KEYS_MAX];
};

/* One bit for each property of a set tells which of them were there. */
#define SCHEMA_PROPERTIES_MAX 64

/* The properties of a section type, or the members of a property string. */
struct schema_set {
        const struct schema_property *properties;
        size_t property_count;
        const char *default_key; /* of a member without a key; NULL: each must have one */
        const struct schema_rule *rules;
        size_t rule_count;
};

struct schema_type {
        const char *name;
        struct schema_property id;
        struct schema_set set;
};

struct schema {
        const char *domain;
        const struct schema_type *types;
        size_t type_count;
};

extern const struct schema schemas[];
extern const size_t schema_count;

/* The schema of @domain; NULL: none is known, any type and any key passes. */
const struct schema *schema_for(const char *domain);

/* The section type @name, or NULL if @schema does not know it. */
const struct schema_type *schema_type(const struct schema *schema, struct text name);

/* Whether a later release could have this section type: a name that is safe everywhere. */
bool schema_type_name_valid(struct text name);

const struct schema_property *schema_member(const struct schema_set *set, struct text key);
const struct schema_property *schema_property(const struct schema_type *type, struct text key);

/* All properties of a type, for finding the required ones that are missing. */
static inline size_t schema_property_count(const struct schema_type *type)
{
        return type->set.property_count;
}

static inline const struct schema_property *schema_property_at(const struct schema_type *type,
                                                               size_t i)
{
        return i < type->set.property_count ? &type->set.properties[i] : NULL;
}

/* The checks return 0, or -EBADMSG and why; @reason may be NULL. */

/* Of the id of a section of an unknown type. */
int schema_check_unknown_id(struct text id, struct reason *reason);

int schema_check_id(const struct schema_type *type, struct text id, struct reason *reason);

int schema_check_value(const struct schema_property *property, struct text value,
                       struct reason *reason);

/* The place of @value in @words, which NULL ends; -EBADMSG. */
int schema_find_word(const char *const *words, struct text value);

#endif
