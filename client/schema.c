/* SPDX-License-Identifier: MIT */

/*
 * The schemas, as tables. What is refused, and in which words, follows Proxmox Backup: an
 * administrator may have met the same message there.
 *
 * A property whose `check` is NULL is checked for its length alone.
 */

#include "schema.h"

#include <string.h>

#define TEXT(number) #number
#define LENGTH(min, max)                                                                           \
        .length_min = (min), .length_max = (max),                                                  \
        .too_short = "value must be at least " TEXT(min) " characters long",                       \
        .too_long = "value may only be " TEXT(max) " characters long"

static const char not_matching[] = "value does not match the regex pattern";

struct schema_type {
        const char *name;
        struct schema_property id; /* its length and check */
        const struct schema_property *properties;
        size_t property_count;
};

struct schema {
        const char *domain;
        const struct schema_type *types;
        size_t type_count;
};

static bool is_letter(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* [A-Za-z0-9_][A-Za-z0-9._-]* */
static const char *check_safe_id(struct text value)
{
        for (size_t i = 0; i < value.size; i++) {
                char c = value.data[i];

                if (!is_letter(c) && !is_digit(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
                        return not_matching;
        }
        return value.size > 0 ? NULL : not_matching;
}

static const char *check_no_control(struct text value)
{
        for (size_t i = 0; i < value.size; i++)
                if ((uint8_t)value.data[i] < 0x20 || value.data[i] == 0x7f)
                        return not_matching;
        return NULL;
}

/* 64-bit integer text with an optional sign, 1 or more. */
static const char *check_positive(struct text value)
{
        bool minus = value.size > 0 && value.data[0] == '-';
        size_t i = minus || (value.size > 0 && value.data[0] == '+') ? 1 : 0;
        int64_t number = 0;

        if (value.size == 0)
                return "cannot parse integer from empty string";
        if (i == value.size)
                return "invalid digit found in string";
        for (; i < value.size; i++) {
                int64_t digit = value.data[i] - '0';

                if (!is_digit(value.data[i]))
                        return "invalid digit found in string";
                if (__builtin_mul_overflow(number, 10, &number) ||
                    __builtin_add_overflow(number, digit, &number))
                        return minus ? "number too small to fit in target type"
                                     : "number too large to fit in target type";
        }
        return minus || number < 1 ? "value must have a minimum value of 1" : NULL;
}

static const char *check_boolean(struct text value)
{
        static const char *const words[] = {"1", "on", "yes", "true", "0", "off", "no", "false"};

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strlen(words[i]) == value.size &&
                    strncasecmp(words[i], value.data, value.size) == 0)
                        return NULL;
        return "Unable to parse boolean option.";
}

static const struct schema_property datastore_properties[] = {
        {.name = "path", .required = true, LENGTH(1, 4096)},
        {.name = "comment", LENGTH(0, 128), .check = check_no_control},
        {.name = "gc-schedule"},
        {.name = "prune-schedule"},
        {.name = "keep-last", .check = check_positive},
        {.name = "keep-hourly", .check = check_positive},
        {.name = "keep-daily", .check = check_positive},
        {.name = "keep-weekly", .check = check_positive},
        {.name = "keep-monthly", .check = check_positive},
        {.name = "keep-yearly", .check = check_positive},
        {.name = "verify-new", .check = check_boolean},
        {.name = "gc-on-unmount", .check = check_boolean},
        {.name = "notify-user", LENGTH(3, 64)},
        {.name = "notify"},
        {.name = "notification-mode"},
        {.name = "notification-thresholds"},
        {.name = "counter-reset-schedule"},
        {.name = "maintenance-mode"},
        {.name = "tuning"},
        {.name = "backing-device"},
        {.name = "backend"},
};

_Static_assert(ELEMENTS(datastore_properties) <= SCHEMA_PROPERTIES_MAX, "one bit for each");

static const struct schema_type datastore_types[] = {
        {
                .name = "datastore",
                .id = {LENGTH(3, 32), .check = check_safe_id},
                .properties = datastore_properties,
                .property_count = ELEMENTS(datastore_properties),
        },
};

static const struct schema schemas[] = {
        {
                .domain = "datastore",
                .types = datastore_types,
                .type_count = ELEMENTS(datastore_types),
        },
};

static bool is_name(const char *name, struct text text)
{
        return strncmp(name, text.data, text.size) == 0 && name[text.size] == '\0';
}

const struct schema *schema_for(const char *domain)
{
        for (size_t i = 0; i < ELEMENTS(schemas); i++)
                if (strcmp(schemas[i].domain, domain) == 0)
                        return &schemas[i];
        return NULL;
}

const struct schema_type *schema_type(const struct schema *schema, struct text name)
{
        for (size_t i = 0; i < schema->type_count; i++)
                if (is_name(schema->types[i].name, name))
                        return &schema->types[i];
        return NULL;
}

bool schema_type_name_valid(struct text name)
{
        return check_safe_id(name) == NULL;
}

const char *schema_check_unknown_id(struct text id)
{
        return check_safe_id(id);
}

const char *schema_check_id(const struct schema_type *type, struct text id)
{
        return schema_check_value(&type->id, id);
}

const struct schema_property *schema_property(const struct schema_type *type, struct text key)
{
        for (size_t i = 0; i < type->property_count; i++)
                if (is_name(type->properties[i].name, key))
                        return &type->properties[i];
        return NULL;
}

/* Of well-formed UTF-8: each character has one byte that continues none. */
static size_t count_characters(struct text text)
{
        size_t count = 0;

        for (size_t i = 0; i < text.size; i++)
                count += ((uint8_t)text.data[i] & 0xc0) != 0x80;
        return count;
}

const char *schema_check_value(const struct schema_property *property, struct text value)
{
        size_t length = property->length_max > 0 ? count_characters(value) : 0;

        if (property->length_max > 0 && length < property->length_min)
                return property->too_short;
        if (property->length_max > 0 && length > property->length_max)
                return property->too_long;
        return property->check ? property->check(value) : NULL;
}

size_t schema_property_count(const struct schema_type *type)
{
        return type->property_count;
}

const struct schema_property *schema_property_at(const struct schema_type *type, size_t i)
{
        return i < type->property_count ? &type->properties[i] : NULL;
}
