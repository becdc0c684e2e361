/* SPDX-License-Identifier: MIT */
#include "property_string.h"

#include "value.h"

#include <errno.h>
#include <string.h>

/* Takes what comes before @separator off @rest, and the separator: @size bytes and one. */
static struct text take(struct text *rest, size_t size)
{
        struct text taken = {rest->data, size};

        *rest = text_skip(*rest, MIN(size + 1, rest->size));
        return taken;
}

/* How far it is to @c, or to the end. */
static size_t distance(struct text text, char c)
{
        const char *found = memchr(text.data, c, text.size);

        return found ? (size_t)(found - text.data) : text.size;
}

static bool is_quote(struct text text)
{
        return text.size > 0 && text.data[0] == '"';
}

/* Finds the closing quote of @text, which is behind the opening one. */
static int quote_size(struct text text, struct property_element *element, size_t *ret_size,
                      struct reason *reason)
{
        for (size_t i = 0; i < text.size; i++) {
                if (text.data[i] == '"') {
                        *ret_size = i;
                        return 0;
                }
                if (text.data[i] != '\\' || ++i == text.size)
                        continue;
                if (!strchr("\"\\n", text.data[i]))
                        return reason_set(reason, "unsupported escape sequence");
                element->escaped = true;
        }
        return reason_set(reason, "unexpected end of string");
}

static int take_quoted(struct text *rest, struct property_element *element, struct reason *reason)
{
        struct text inner = text_skip(*rest, 1);
        size_t size = 0;
        int r;

        r = quote_size(inner, element, &size, reason);
        if (r < 0)
                return r;
        element->value = take(&inner, size);
        if (inner.size > 0 && inner.data[0] != ',')
                return reason_set(reason, "garbage after quoted string");
        *rest = text_skip(inner, MIN(inner.size, 1));
        return 0;
}

int property_string_next(struct text *rest, struct property_element *ret, struct reason *reason)
{
        struct property_element element = {.has_key = false};
        size_t equals, comma;
        int r = 0;

        if (rest->size == 0)
                return 0;
        comma = distance(*rest, ',');
        equals = distance((struct text){rest->data, comma}, '=');
        if (!is_quote(*rest) && equals < comma) {
                element.has_key = true;
                element.key = take(rest, equals);
        }
        if (is_quote(*rest))
                r = take_quoted(rest, &element, reason);
        else
                element.value = take(rest, distance(*rest, ','));
        if (r < 0)
                return r;
        *ret = element;
        return 1;
}

int property_string_find(struct text text, const char *key, const char *default_key,
                         struct property_element *ret)
{
        struct property_element element;
        int r;

        while ((r = property_string_next(&text, &element, NULL)) > 0) {
                bool found = element.has_key ? text_is(element.key, key)
                                             : default_key && strcmp(key, default_key) == 0;

                if (!found)
                        continue;
                *ret = element;
                return 0;
        }
        return r < 0 ? r : -ENOENT;
}

int property_string_unescape(struct text value, char *buffer, size_t size, size_t *ret_length)
{
        size_t length = 0;

        for (size_t i = 0; i < value.size; i++) {
                char c = value.data[i];

                if (c == '\\' && i + 1 < value.size)
                        c = value.data[++i] == 'n' ? '\n' : value.data[i];
                if (length + 1 >= size)
                        return -ENOBUFS;
                buffer[length++] = c;
        }
        if (size == 0)
                return -ENOBUFS;
        buffer[length] = '\0';
        *ret_length = length;
        return 0;
}
