/* SPDX-License-Identifier: MIT */

/* The values of a section by what they are: public, see <cfgwatch/cfgwatch.h>. */

#include "byte_size.h"
#include "calendar_event.h"
#include "property_string.h"
#include "schema.h"
#include "snapshot.h"
#include "value.h"

#include <errno.h>
#include <string.h>

/* What a section says to a key. */
struct answer {
        const struct schema_property *property; /* NULL: no schema knows it */
        struct text value;
        bool escaped;
};

static const struct schema_type *type_of(const cfgw_section *section)
{
        const struct schema *schema = schema_for(section_domain(section));

        return schema ? schema_type(schema, text_of(section_type(section))) : NULL;
}

static const struct schema_property *property_of(const cfgw_section *section, struct text key)
{
        const struct schema_type *type = type_of(section);

        return type ? schema_property(type, key) : NULL;
}

static int answer_with_default(struct answer *answer)
{
        if (!answer->property || !answer->property->fallback)
                return -ENOENT;
        answer->value = text_of(answer->property->fallback);
        return 0;
}

static int look_up_property(const cfgw_section *section, const char *key, struct answer *answer)
{
        const cfgw_property *property = section_property(section, key);

        if (!property)
                return answer_with_default(answer);
        answer->value = text_of(property_value(property));
        return 0;
}

/* @answer->property is the property string; it becomes the member. */
static int look_up_member(const cfgw_section *section, const char *name, struct answer *answer)
{
        const struct schema_property *whole = answer->property;
        const cfgw_property *property = section_property(section, whole->name);
        struct property_element element;
        int r = -ENOENT;

        if (whole->kind != SCHEMA_PROPERTY_STRING)
                return -EPROTOTYPE;
        answer->property = schema_member(whole->members, text_of(name));
        if (!answer->property)
                return -ENOENT;
        if (property)
                r = property_string_find(text_of(property_value(property)), name,
                                         whole->members->default_key, &element);
        if (r == -ENOENT)
                return answer_with_default(answer);
        if (r < 0)
                return -EPROTOTYPE;
        answer->value = element.value;
        answer->escaped = element.escaped;
        return 0;
}

/*
 * A slash parts a member from its property, where the schema knows that property. The arguments
 * are those of whoever asks from outside, @wanted is where he wants the answer.
 */
static int look_up(const cfgw_section *section, const char *key, const void *wanted,
                   struct answer *ret)
{
        struct answer answer = {.escaped = false};
        const char *slash;
        int r;

        if (!section || !key || !wanted)
                return -EINVAL;
        slash = strchrnul(key, '/');
        answer.property = property_of(section, (struct text){key, (size_t)(slash - key)});
        if (*slash == '/' && answer.property)
                r = look_up_member(section, slash + 1, &answer);
        else
                r = look_up_property(section, key, &answer);
        if (r == 0)
                *ret = answer;
        return r;
}

/* Not unescaped: no value of these kinds holds a backslash, so one that does is refused. */
static int look_up_kind(const cfgw_section *section, const char *key, enum schema_kind kind,
                        const void *wanted, struct text *ret)
{
        struct answer answer;
        int r;

        r = look_up(section, key, wanted, &answer);
        if (r < 0)
                return r;
        if (answer.property && answer.property->kind != kind)
                return -EPROTOTYPE;
        *ret = answer.value;
        return 0;
}

PUBLIC int cfgw_section_get_string(const cfgw_section *section, const char *key, const char **ret)
{
        struct answer answer;
        int r;

        r = look_up(section, key, ret, &answer);
        if (r < 0)
                return r;
        if (answer.property && strcmp(answer.property->name, key) != 0)
                return -EPROTOTYPE;
        *ret = answer.value.data;
        return 0;
}

PUBLIC int cfgw_section_get_text(const cfgw_section *section, const char *key, char *buffer,
                                 size_t size, cfgw_text *ret)
{
        struct answer answer;
        int r;

        if (!buffer && size > 0)
                return -EINVAL;
        r = look_up(section, key, ret, &answer);
        if (r < 0)
                return r;
        if (answer.escaped) {
                r = property_string_unescape(answer.value, buffer, size, &answer.value.size);
                if (r < 0)
                        return r;
                answer.value.data = buffer;
        }
        *ret = (cfgw_text){answer.value.data, answer.value.size};
        return 0;
}

PUBLIC int cfgw_section_get_int(const cfgw_section *section, const char *key, int64_t *ret)
{
        struct text value;
        int r;

        r = look_up_kind(section, key, SCHEMA_INTEGER, ret, &value);
        if (r < 0)
                return r;
        return value_integer(value, ret, NULL) < 0 ? -EPROTOTYPE : 0;
}

PUBLIC int cfgw_section_get_bool(const cfgw_section *section, const char *key, int *ret)
{
        struct text value;
        bool truth;
        int r;

        r = look_up_kind(section, key, SCHEMA_BOOLEAN, ret, &value);
        if (r < 0)
                return r;
        if (value_boolean(value, &truth, NULL) < 0)
                return -EPROTOTYPE;
        *ret = truth;
        return 0;
}

PUBLIC int cfgw_section_get_size(const cfgw_section *section, const char *key, uint64_t *ret_bytes)
{
        struct text value;
        int r;

        r = look_up_kind(section, key, SCHEMA_BYTE_SIZE, ret_bytes, &value);
        if (r < 0)
                return r;
        return byte_size_parse(value, ret_bytes, NULL) < 0 ? -EPROTOTYPE : 0;
}

PUBLIC int cfgw_section_get_enum(const cfgw_section *section, const char *key, const char **ret)
{
        struct answer answer;
        int r;

        r = look_up(section, key, ret, &answer);
        if (r < 0)
                return r;
        if (!answer.property || answer.property->kind != SCHEMA_ENUMERATION)
                return -EPROTOTYPE;
        r = schema_find_word(answer.property->words, answer.value);
        if (r < 0)
                return -EPROTOTYPE;
        *ret = answer.property->words[r];
        return 0;
}

PUBLIC int cfgw_section_get_next(const cfgw_section *section, const char *key, uint64_t after_usec,
                                 uint64_t *ret_usec)
{
        struct calendar_event event;
        struct text value;
        int r;

        r = look_up_kind(section, key, SCHEMA_CALENDAR_EVENT, ret_usec, &value);
        if (r < 0)
                return r;
        if (calendar_event_parse(value, &event, NULL) < 0)
                return -EPROTOTYPE;
        *ret_usec = calendar_event_next(&event, after_usec);
        return 0;
}

PUBLIC int cfgw_calendar_next(const char *event, uint64_t after_usec, uint64_t *ret_usec)
{
        struct calendar_event parsed;
        int r;

        if (!event || !ret_usec)
                return -EINVAL;
        r = calendar_event_parse(text_of(event), &parsed, NULL);
        if (r < 0)
                return r;
        *ret_usec = calendar_event_next(&parsed, after_usec);
        return 0;
}
