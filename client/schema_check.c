/* SPDX-License-Identifier: MIT */

/* Checks values against their schema. The words are Proxmox Backup's: whoever edits such
 * files may have met them there. */

#include "byte_size.h"
#include "calendar_event.h"
#include "property_string.h"
#include "schema.h"
#include "value.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Escaped text is checked in clear, on the stack: four bytes for each of the 64 characters of
 * the longest string that is a member, many times over. */
#define MEMBER_SIZE_MAX 1024

/* Characters have one to four bytes, so the number of bytes mostly says enough. */
static bool is_length_certain(const struct schema_property *property, struct text value)
{
        return value.size <= property->length_max && value.size >= 4 * property->length_min;
}

static int check_length(const struct schema_property *property, struct text value,
                        struct reason *reason)
{
        size_t length;

        if (property->length_max == 0 || is_length_certain(property, value))
                return 0;
        length = text_characters(value);
        if (length < property->length_min)
                return reason_set(reason, "value must be at least %zu characters long",
                                  property->length_min);
        if (length > property->length_max)
                return reason_set(reason, "value may only be %zu characters long",
                                  property->length_max);
        return 0;
}

static int check_string(const struct schema_property *property, struct text value,
                        struct reason *reason)
{
        if (property->form && !property->form(value))
                return reason_set(reason, "value does not match the regex pattern");
        return 0;
}

static int check_integer(const struct schema_property *property, struct text value,
                         struct reason *reason)
{
        int64_t number;
        int r;

        r = value_integer(value, &number, reason);
        if (r < 0)
                return r;
        if (number < property->minimum)
                return reason_set(
                        reason, "value must have a minimum value of %" PRIi64 " (got %" PRIi64 ")",
                        property->minimum, number);
        if (number > property->maximum)
                return reason_set(
                        reason, "value must have a maximum value of %" PRIi64 " (got %" PRIi64 ")",
                        property->maximum, number);
        return 0;
}

int schema_find_word(const char *const *words, struct text value)
{
        for (int i = 0; words[i]; i++)
                if (text_is(value, words[i]))
                        return i;
        return -EBADMSG;
}

static int check_enumeration(const struct schema_property *property, struct text value,
                             struct reason *reason)
{
        if (schema_find_word(property->words, value) >= 0)
                return 0;
        return reason_set(reason, "value '%.*s' is not defined in the enumeration.",
                          TEXT_ARGUMENTS(value));
}

/* ---------------------------------------------------------------- property strings */

static int refuse_member(struct reason *reason, struct text key, const char *why)
{
        return reason_set(reason, "parameter verification failed - '%.*s': %s", TEXT_ARGUMENTS(key),
                          why);
}

static int check_member_value(const struct schema_property *member,
                              const struct property_element *element, struct reason *reason)
{
        struct text value = element->value, key = text_of(member->name);
        char clear[MEMBER_SIZE_MAX];
        struct reason why;

        if (element->escaped) {
                if (property_string_unescape(value, clear, sizeof(clear), &value.size) < 0)
                        return refuse_member(reason, key, "value is too long");
                value.data = clear;
        }
        if (schema_check_value(member, value, &why) < 0)
                return refuse_member(reason, key, why.text);
        return 0;
}

static int check_member(const struct schema_set *set, const struct property_element *element,
                        uint64_t *seen, struct reason *reason)
{
        const struct schema_property *member;
        struct text key = element->key;
        uint64_t bit;

        if (!element->has_key && !set->default_key)
                return reason_set(reason,
                                  "value without key, but schema does not define a default key");
        if (!element->has_key)
                key = text_of(set->default_key);
        member = schema_member(set, key);
        if (!member)
                return refuse_member(reason, key, "schema does not allow additional properties");
        bit = UINT64_C(1) << (member - set->properties);
        if (*seen & bit)
                return refuse_member(reason, key, "duplicate key");
        *seen |= bit;
        return check_member_value(member, element, reason);
}

static int check_required(const struct schema_set *set, uint64_t seen, struct reason *reason)
{
        for (size_t i = 0; i < set->property_count; i++) {
                if (set->properties[i].required && !(seen & UINT64_C(1) << i))
                        return refuse_member(reason, text_of(set->properties[i].name),
                                             "property is missing and it is not optional");
        }
        return 0;
}

static bool has_member(const struct schema_set *set, uint64_t seen, const char *name)
{
        const struct schema_property *member = schema_member(set, text_of(name));

        return member && seen & UINT64_C(1) << (member - set->properties);
}

/* Whether the rule's key has the rule's value. */
static bool rule_applies(const struct schema_set *set, const struct schema_rule *rule,
                         struct text value)
{
        const struct schema_property *member;
        struct property_element element;

        if (property_string_find(value, rule->key, set->default_key, &element) == 0)
                return text_is(element.value, rule->value); /* no word needs an escape */
        member = schema_member(set, text_of(rule->key));
        return member && member->fallback && strcmp(member->fallback, rule->value) == 0;
}

static int check_rule(const struct schema_property *property, const struct schema_rule *rule,
                      uint64_t seen, struct reason *reason)
{
        const struct schema_set *set = property->members;

        for (size_t i = 0; i < SCHEMA_RULE_KEYS_MAX && rule->forbids[i]; i++)
                if (has_member(set, seen, rule->forbids[i]))
                        return reason_set(reason, "additional option %s, not allowed for %s %s %s",
                                          rule->forbids[i], property->name, rule->key, rule->value);
        for (size_t i = 0; i < SCHEMA_RULE_KEYS_MAX && rule->needs[i]; i++)
                if (!has_member(set, seen, rule->needs[i]))
                        return reason_set(reason, "missing option %s, required for %s %s %s",
                                          rule->needs[i], property->name, rule->key, rule->value);
        return 0;
}

static int check_rules(const struct schema_property *property, struct text value, uint64_t seen,
                       struct reason *reason)
{
        const struct schema_set *set = property->members;

        for (size_t i = 0; i < set->rule_count; i++) {
                int r;

                if (!rule_applies(set, &set->rules[i], value))
                        continue;
                r = check_rule(property, &set->rules[i], seen, reason);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_property_string(const struct schema_property *property, struct text value,
                                 struct reason *reason)
{
        const struct schema_set *set = property->members;
        struct property_element element;
        struct text rest = value;
        uint64_t seen = 0;
        int r;

        while ((r = property_string_next(&rest, &element, reason)) > 0) {
                r = check_member(set, &element, &seen, reason);
                if (r < 0)
                        return r;
        }
        if (r == 0)
                r = check_required(set, seen, reason);
        if (r == 0)
                r = check_rules(property, value, seen, reason);
        return r;
}

/* --------------------------------------------------------------------------- values */

int schema_check_value(const struct schema_property *property, struct text value,
                       struct reason *reason)
{
        struct calendar_event event;
        uint64_t bytes;
        bool truth;
        int r;

        r = check_length(property, value, reason);
        if (r < 0)
                return r;
        switch (property->kind) {
        case SCHEMA_STRING:
                return check_string(property, value, reason);
        case SCHEMA_BOOLEAN:
                return value_boolean(value, &truth, reason);
        case SCHEMA_INTEGER:
                return check_integer(property, value, reason);
        case SCHEMA_ENUMERATION:
                return check_enumeration(property, value, reason);
        case SCHEMA_BYTE_SIZE:
                return byte_size_parse(value, &bytes, reason);
        case SCHEMA_CALENDAR_EVENT:
                return calendar_event_parse(value, &event, reason);
        case SCHEMA_PROPERTY_STRING:
                return check_property_string(property, value, reason);
        }
        return 0;
}

int schema_check_id(const struct schema_type *type, struct text id, struct reason *reason)
{
        return schema_check_value(&type->id, id, reason);
}

int schema_check_unknown_id(struct text id, struct reason *reason)
{
        if (!form_safe_id(id))
                return reason_set(reason, "value does not match the regex pattern");
        return 0;
}
