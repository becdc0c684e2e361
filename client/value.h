/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_VALUE_H
#define CFGWATCH_VALUE_H

/* Values without parts: integers, booleans, and the forms that a string can have. */

#include "reason.h"

#include <string.h>

/* A whole number in decimal, with an optional sign: `+5` and `05` are numbers. -EBADMSG. */
int value_integer(struct text text, int64_t *ret, struct reason *reason);

/* `1 on yes true` or `0 off no false`, in any case. -EBADMSG. */
int value_boolean(struct text text, bool *ret, struct reason *reason);

/* Keys are compared one by one, and most of them differ in their first byte. */
static inline bool text_is(struct text text, const char *string)
{
        return text.size > 0 && text.data[0] == string[0] &&
               strncmp(string, text.data, text.size) == 0 && string[text.size] == '\0';
}

/* The number of characters; @text is well-formed UTF-8. */
size_t text_characters(struct text text);

/* A form: whether @text, which is well-formed UTF-8, has it. */
bool form_safe_id(struct text text);    /* [A-Za-z0-9_][A-Za-z0-9._-]* */
bool form_no_control(struct text text); /* no control character of ASCII */
bool form_user_id(struct text text);    /* NAME@REALM */
bool form_token_id(struct text text);   /* NAME@REALM!TOKEN */
bool form_uuid(struct text text);       /* in lower case */
bool form_bucket(struct text text);     /* [a-z0-9]([a-z0-9-]*[a-z0-9])? */

#endif
