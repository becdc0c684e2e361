/* SPDX-License-Identifier: MIT */

/*
 * Any line of text as a property string and a byte size, and as the value of every property that
 * a schema knows: refused with a reason, or sound in all that it gives.
 */

#include "fuzz.h"

#include "byte_size.h"
#include "property_string.h"
#include "schema.h"

#include <errno.h>
#include <string.h>

static bool is_inside(struct text inner, struct text outer)
{
        return inner.data >= outer.data && inner.data + inner.size <= outer.data + outer.size;
}

static void check_reason(const struct reason *reason)
{
        size_t size = strnlen(reason->text, sizeof(reason->text));

        MUST(size > 0 && size < sizeof(reason->text) && utf8_valid(reason->text, size));
}

/* What is written in clear is no longer, and its end is where it is said to be. */
static void check_element(const struct property_element *element, struct text text)
{
        size_t room = element->value.size + 1, length;
        char *clear = malloc(room);

        MUST(clear);
        MUST(is_inside(element->value, text));
        MUST(!element->has_key || is_inside(element->key, text));
        if (element->escaped) {
                MUST(property_string_unescape(element->value, clear, room, &length) == 0);
                MUST(length < element->value.size && clear[length] == '\0');
        }
        free(clear);
}

static void check_property_string(struct text text)
{
        struct property_element element;
        struct text rest = text;
        struct reason reason;
        size_t before;
        int r;

        do {
                before = rest.size;
                r = property_string_next(&rest, &element, &reason);
                if (r > 0)
                        check_element(&element, text);
        } while (r > 0 && rest.size < before);
        MUST(r <= 0 && (r == 0 || r == -EBADMSG));
        if (r < 0)
                check_reason(&reason);
        else
                MUST(rest.size == 0);
}

static void check_byte_size(struct text text)
{
        struct reason reason;
        uint64_t bytes;

        if (byte_size_parse(text, &bytes, &reason) < 0)
                check_reason(&reason);
        else
                MUST(text.size > 0);
}

static void check_set(const struct schema_set *set, struct text text)
{
        struct reason reason;

        for (size_t i = 0; i < set->property_count; i++)
                if (schema_check_value(&set->properties[i], text, &reason) < 0)
                        check_reason(&reason);
}

static void check_schemas(struct text text)
{
        struct reason reason;

        for (size_t i = 0; i < schema_count; i++)
                for (size_t j = 0; j < schemas[i].type_count; j++) {
                        const struct schema_type *type = &schemas[i].types[j];

                        if (schema_check_id(type, text, &reason) < 0)
                                check_reason(&reason);
                        check_set(&type->set, text);
                }
}

/* The parsers of files hand over well-formed UTF-8 without NUL bytes, and nothing behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *copy = calloc(1, size > 0 ? size : 1);
        struct text text = {copy, size};

        MUST(copy);
        if (size > 0)
                memcpy(copy, data, size);
        if (utf8_valid(copy, size) && !memchr(copy, '\0', size)) {
                check_property_string(text);
                check_byte_size(text);
                check_schemas(text);
        }
        free(copy);
        return 0;
}
