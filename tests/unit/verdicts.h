/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_VERDICTS_H
#define CFGWATCH_TESTS_VERDICTS_H

/* Tables of values and what the schema says of each. */

#include "schema.h"
#include "testing.h"

#include <string.h>

static inline const struct schema_type *type_of(const char *domain, const char *name)
{
        const struct schema *schema = schema_for(domain);
        const struct schema_type *type;

        assert_non_null(schema);
        type = schema_type(schema, text_of(name));
        assert_non_null(type);
        return type;
}

/* NULL if @value may be the value of @key, else the reason, until the next call. */
static inline const char *check_in(const struct schema_type *type, const char *key,
                                   const char *value)
{
        const struct schema_property *property = schema_property(type, text_of(key));
        static struct reason reason;

        assert_non_null(property);
        return schema_check_value(property, text_of(value), &reason) < 0 ? reason.text : NULL;
}

/* The first and the last value of each range, and those beside them. */
struct verdict {
        const char *key, *value, *reason; /* NULL: it is taken */
};

#define PATTERN "value does not match the regex pattern"
#define MEMBER(key, why) "parameter verification failed - '" key "': " why
#define LEAST(least, got) "value must have a minimum value of " #least " (got " #got ")"
#define MOST(most, got) "value must have a maximum value of " #most " (got " #got ")"
#define NO_WORD(word) "value '" word "' is not defined in the enumeration."
#define UNKNOWN "schema does not allow additional properties"
#define TOO_LARGE "number too large to fit in target type"
#define TOO_SMALL "number too small to fit in target type"
#define LONGER(most) "value may only be " #most " characters long"
#define SHORTER(least) "value must be at least " #least " characters long"
#define NO_SIZE(text) "byte-size parse error for '" text "': invalid float literal"
#define NO_EVENT(rest) "unable to parse calendar event at '" rest "'"
#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10
#define X600 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60
#define ZEROS60                                                                                    \
        "000000000000000000000000000000"                                                           \
        "000000000000000000000000000000"

static inline void assert_verdicts(const struct schema_type *type, const struct verdict *verdicts,
                                   size_t count)
{
        for (size_t i = 0; i < count; i++) {
                const char *reason = check_in(type, verdicts[i].key, verdicts[i].value);

                if (!reason != !verdicts[i].reason ||
                    (reason && strcmp(reason, verdicts[i].reason)))
                        fail_msg("%s %s: %s", verdicts[i].key, verdicts[i].value,
                                 reason ? reason : "taken");
        }
}

#endif
