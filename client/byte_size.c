/* SPDX-License-Identifier: MIT */
#include "byte_size.h"

#include "blank.h"

#include <errno.h>
#include <string.h>

/* 10^18 times the largest factor, 2^50, fits 128 bits; no later digit makes up a byte. */
#define FRACTION_DIGITS_MAX 18

static bool ends_with_one_of(struct text text, const char *characters)
{
        return text.size > 0 && strchr(characters, text.data[text.size - 1]);
}

/* Takes the unit and the white space before it off the end; gives what it multiplies by. */
static uint64_t take_unit(struct text *text)
{
        static const char letters[] = "kKmMgGtTpP";
        uint64_t base = 1000, factor = 1;
        size_t blank;

        if (ends_with_one_of(*text, "bB"))
                text->size--;
        if (ends_with_one_of(*text, "i")) {
                text->size--;
                base = 1024;
        }
        if (ends_with_one_of(*text, letters)) {
                ptrdiff_t i = strchr(letters, text->data[--text->size]) - letters;

                for (; i >= 0; i -= 2)
                        factor *= base;
        }
        while ((blank = blank_at_end(*text)) > 0)
                text->size -= blank;
        return factor;
}

static size_t count_digits(struct text text)
{
        size_t count = 0;

        while (count < text.size && text.data[count] >= '0' && text.data[count] <= '9')
                count++;
        return count;
}

static uint64_t whole_bytes(struct text digits, uint64_t factor)
{
        uint64_t number = 0;

        for (size_t i = 0; i < digits.size; i++) {
                uint64_t digit = (uint64_t)(digits.data[i] - '0');

                if (__builtin_mul_overflow(number, 10, &number) ||
                    __builtin_add_overflow(number, digit, &number))
                        return UINT64_MAX;
        }
        return __builtin_mul_overflow(number, factor, &number) ? UINT64_MAX : number;
}

static uint64_t fraction_bytes(struct text digits, uint64_t factor)
{
        uint64_t number = 0, scale = 1;

        for (size_t i = 0; i < MIN(digits.size, FRACTION_DIGITS_MAX); i++) {
                number = number * 10 + (uint64_t)(digits.data[i] - '0');
                scale *= 10;
        }
        return (uint64_t)((unsigned __int128)number * factor / scale);
}

/* Splits `12.34` at its point. `12`, `12.` and `.34` are numbers as well. */
static bool split_number(struct text text, struct text *ret_whole, struct text *ret_fraction)
{
        struct text whole = {text.data, count_digits(text)}, fraction = {text.data, 0};

        text = text_skip(text, whole.size);
        if (text.size > 0 && text.data[0] == '.') {
                text = text_skip(text, 1);
                fraction = (struct text){text.data, count_digits(text)};
                text.size -= fraction.size;
        }
        if (text.size > 0 || whole.size + fraction.size == 0)
                return false;
        *ret_whole = whole;
        *ret_fraction = fraction;
        return true;
}

int byte_size_parse(struct text text, uint64_t *ret, struct reason *reason)
{
        struct text number = text, whole, fraction;
        uint64_t factor = take_unit(&number), bytes, rest;
        char sign = number.size > 0 ? number.data[0] : '\0';

        if (sign == '+' || sign == '-')
                number = text_skip(number, 1);
        if (!split_number(number, &whole, &fraction))
                return reason_set(reason, "byte-size parse error for '%.*s': invalid float literal",
                                  TEXT_ARGUMENTS(text));
        if (sign == '-')
                return reason_set(reason,
                                  "byte-size parse error for '%.*s': byte size may not be negative",
                                  TEXT_ARGUMENTS(text));
        bytes = whole_bytes(whole, factor);
        rest = fraction_bytes(fraction, factor);
        *ret = __builtin_add_overflow(bytes, rest, &bytes) ? UINT64_MAX : bytes;
        return 0;
}
