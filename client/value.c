/* SPDX-License-Identifier: MIT */
#include "value.h"

#include "blank.h"

#include <errno.h>
#include <string.h>

static bool is_letter(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static bool is_control(char c)
{
        return (uint8_t)c < 0x20 || c == 0x7f;
}

/* Appends a digit, towards the sign's end of the range: the least number has no positive. */
static bool append_digit(int64_t *number, bool minus, char c)
{
        int64_t digit = c - '0';

        return !__builtin_mul_overflow(*number, 10, number) &&
               !__builtin_add_overflow(*number, minus ? -digit : digit, number);
}

int value_integer(struct text text, int64_t *ret, struct reason *reason)
{
        bool minus = text.size > 0 && text.data[0] == '-';
        size_t i = minus || (text.size > 0 && text.data[0] == '+') ? 1 : 0;
        int64_t number = 0;

        if (text.size == 0)
                return reason_set(reason, "cannot parse integer from empty string");
        if (i == text.size)
                return reason_set(reason, "invalid digit found in string");
        for (; i < text.size; i++) {
                if (!is_digit(text.data[i]))
                        return reason_set(reason, "invalid digit found in string");
                if (!append_digit(&number, minus, text.data[i]))
                        return reason_set(reason, "number too %s to fit in target type",
                                          minus ? "small" : "large");
        }
        *ret = number;
        return 0;
}

int value_boolean(struct text text, bool *ret, struct reason *reason)
{
        static const char *const words[] = {"1", "on", "yes", "true", "0", "off", "no", "false"};

        for (size_t i = 0; i < ELEMENTS(words); i++) {
                if (strlen(words[i]) != text.size ||
                    strncasecmp(words[i], text.data, text.size) != 0)
                        continue;
                *ret = i < ELEMENTS(words) / 2;
                return 0;
        }
        return reason_set(reason, "Unable to parse boolean option.");
}

/* Each character has one byte that continues none. */
size_t text_characters(struct text text)
{
        size_t count = 0;

        for (size_t i = 0; i < text.size; i++)
                count += ((uint8_t)text.data[i] & 0xc0) != 0x80;
        return count;
}

bool form_safe_id(struct text text)
{
        for (size_t i = 0; i < text.size; i++) {
                char c = text.data[i];

                if (!is_letter(c) && !is_digit(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
                        return false;
        }
        return text.size > 0;
}

bool form_no_control(struct text text)
{
        for (size_t i = 0; i < text.size; i++)
                if (is_control(text.data[i]))
                        return false;
        return true;
}

static bool is_user_name(struct text text)
{
        for (size_t i = 0; i < text.size; i++) {
                char c = text.data[i];

                if (c == ':' || c == '/' || is_control(c) || blank_at_start(text_skip(text, i)) > 0)
                        return false;
        }
        return text.size > 0;
}

/* A name may hold an @, a realm may not: the last one parts them. */
bool form_user_id(struct text text)
{
        const char *at = memrchr(text.data, '@', text.size);
        size_t size = at ? (size_t)(at - text.data) : 0;

        return at && is_user_name((struct text){text.data, size}) &&
               form_safe_id(text_skip(text, size + 1));
}

bool form_token_id(struct text text)
{
        const char *mark = memrchr(text.data, '!', text.size);
        size_t size = mark ? (size_t)(mark - text.data) : 0;

        return mark && form_user_id((struct text){text.data, size}) &&
               form_safe_id(text_skip(text, size + 1));
}

bool form_uuid(struct text text)
{
        static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

        if (text.size != sizeof(shape) - 1)
                return false;
        for (size_t i = 0; i < text.size; i++) {
                char c = text.data[i];
                bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f');

                if (shape[i] == '-' ? c != '-' : !is_hex)
                        return false;
        }
        return true;
}

bool form_bucket(struct text text)
{
        for (size_t i = 0; i < text.size; i++) {
                char c = text.data[i];
                bool at_end = i == 0 || i == text.size - 1;

                if (!is_digit(c) && !(c >= 'a' && c <= 'z') && (at_end || c != '-'))
                        return false;
        }
        return text.size > 0;
}
