/* SPDX-License-Identifier: MIT */
#include "reason.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* The last character may have lost its end: it goes as a whole, and so may a good one. */
static void drop_last_character(char *text, size_t size)
{
        while (size > 0 && ((uint8_t)text[size - 1] & 0xc0) == 0x80)
                size--;
        if (size > 0)
                size--;
        text[size] = '\0';
}

int reason_set(struct reason *reason, const char *format, ...)
{
        va_list arguments;
        int length;

        if (!reason)
                return -EBADMSG;
        va_start(arguments, format);
        length = vsnprintf(reason->text, sizeof(reason->text), format, arguments);
        va_end(arguments);
        if (length >= (int)sizeof(reason->text))
                drop_last_character(reason->text, sizeof(reason->text) - 1);
        return -EBADMSG;
}
