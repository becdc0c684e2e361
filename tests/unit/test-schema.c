/* SPDX-License-Identifier: MIT */
#include "parse.h"
#include "schema.h"
#include "testing.h"

#include <errno.h>
#include <string.h>

static struct text text(const char *string)
{
        return (struct text){string, strlen(string)};
}

static const struct schema_type *datastore(void)
{
        const struct schema *schema = schema_for("datastore");
        const struct schema_type *type;

        assert_non_null(schema);
        type = schema_type(schema, text("datastore"));
        assert_non_null(type);
        return type;
}

/* NULL if @value may be the value of @key, else the reason, until the next call. */
static const char *check(const char *key, const char *value)
{
        const struct schema_property *property = schema_property(datastore(), text(key));
        static struct reason reason;

        assert_non_null(property);
        return schema_check_value(property, text(value), &reason) < 0 ? reason.text : NULL;
}

static void only_known_domains_have_a_schema(void **state)
{
        assert_non_null(schema_for("datastore"));
        assert_null(schema_for("datastores"));
        assert_null(schema_for("data"));
        assert_null(schema_for(""));
}

static void types_and_keys_match_as_a_whole(void **state)
{
        const struct schema *schema = schema_for("datastore");

        assert_null(schema_type(schema, text("datastor")));
        assert_null(schema_type(schema, text("datastores")));
        assert_null(schema_type(schema, text("Datastore")));
        assert_null(schema_type(schema, text("")));
        assert_null(schema_property(datastore(), text("pat")));
        assert_null(schema_property(datastore(), text("paths")));
        assert_null(schema_property(datastore(), text("")));
        assert_string_equal(schema_property(datastore(), text("path"))->name, "path");
        /* a piece of a longer text ends where its length says */
        assert_string_equal(schema_property(datastore(), (struct text){"notify-user", 6})->name,
                            "notify");
}

static void all_properties_of_a_datastore_are_known(void **state)
{
        static const char *const keys[] = {
                "path",
                "comment",
                "gc-schedule",
                "prune-schedule",
                "counter-reset-schedule",
                "keep-last",
                "keep-hourly",
                "keep-daily",
                "keep-weekly",
                "keep-monthly",
                "keep-yearly",
                "verify-new",
                "gc-on-unmount",
                "notify-user",
                "notify",
                "notification-mode",
                "tuning",
                "maintenance-mode",
                "backing-device",
                "backend",
                "notification-thresholds",
        };

        assert_int_equal(schema_property_count(datastore()), ELEMENTS(keys));
        assert_null(schema_property_at(datastore(), ELEMENTS(keys)));
        for (size_t i = 0; i < ELEMENTS(keys); i++)
                assert_non_null(schema_property(datastore(), text(keys[i])));
}

static void only_the_path_is_required(void **state)
{
        for (size_t i = 0; i < schema_property_count(datastore()); i++) {
                const struct schema_property *property = schema_property_at(datastore(), i);

                assert_int_equal(property->required, strcmp(property->name, "path") == 0);
        }
}

static void ids_are_safe_and_of_3_to_32_characters(void **state)
{
        static const char *const good[] = {"abc", "_a-", "0.0", "a2345678901234567890123456789012"};
        static const char *const bad[] = {"",    "ab",  "a2345678901234567890123456789012x",
                                          "-ab", ".ab", "a b",
                                          "a:b", "a/b", "\xc3\xa4xyz"};

        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_int_equal(schema_check_id(datastore(), text(good[i]), NULL), 0);
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(schema_check_id(datastore(), text(bad[i]), NULL), -EBADMSG);
        assert_int_equal(schema_check_unknown_id(text("a"), NULL), 0);
        assert_int_equal(schema_check_unknown_id(text(""), NULL), -EBADMSG);
        assert_int_equal(schema_check_unknown_id(text("../a"), NULL), -EBADMSG);
        assert_true(schema_type_name_valid(text("s3-endpoint")));
        assert_false(schema_type_name_valid(text("two words")));
}

static void lengths_count_characters_and_not_bytes(void **state)
{
        char comment[2 * 129 + 1] = "";

        for (size_t i = 0; i < 128; i++)
                strcat(comment, "\xc3\xa4");
        assert_null(check("comment", comment));
        strcat(comment, "\xc3\xa4");
        assert_string_equal(check("comment", comment), "value may only be 128 characters long");
        assert_null(check("comment", ""));
        assert_string_equal(check("path", ""), "value must be at least 1 characters long");
        assert_null(check("path", "\xf0\x9f\x98\x80"));
        assert_string_equal(check("notify-user", "ab"), "value must be at least 3 characters long");
}

static void a_path_may_have_4096_characters(void **state)
{
        char path[4098];

        memset(path, 'x', sizeof(path));
        path[4096] = '\0';
        assert_null(check("path", path));
        path[4096] = 'x';
        path[4097] = '\0';
        assert_string_equal(check("path", path), "value may only be 4096 characters long");
}

static void comments_hold_no_control_characters(void **state)
{
        assert_null(check("comment", "gr\xc3\xbc\xc3\x9f \"x\" # y ~"));
        assert_non_null(check("comment", "a\tb"));
        assert_non_null(check("comment", "a\x1f"));
        assert_non_null(check("comment", "a\x7f"));
        assert_null(check("comment", "\xc2\x80")); /* of ASCII's alone */
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
#define NO_EVENT(rest) "unable to parse calendar event at '" rest "'"
#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10

static void assert_verdicts(const struct verdict *verdicts, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                const char *reason = check(verdicts[i].key, verdicts[i].value);

                if (!reason != !verdicts[i].reason ||
                    (reason && strcmp(reason, verdicts[i].reason)))
                        fail_msg("%s %s: %s", verdicts[i].key, verdicts[i].value,
                                 reason ? reason : "taken");
        }
}

#define ASSERT_VERDICTS(verdicts) assert_verdicts((verdicts), ELEMENTS(verdicts))

static void integers_have_a_range(void **state)
{
        static const struct verdict verdicts[] = {
                {"keep-last", "1", NULL},
                {"keep-last", "+5", NULL},
                {"keep-last", "05", NULL},
                {"keep-last", "9223372036854775807", NULL},
                {"keep-last", "0", LEAST(1, 0)},
                {"keep-last", "-0", LEAST(1, 0)},
                {"keep-last", "-1", LEAST(1, -1)},
                {"keep-last", "-9223372036854775808", LEAST(1, -9223372036854775808)},
                {"keep-last", "9223372036854775808", "number too large to fit in target type"},
                {"keep-last", "-9223372036854775809", "number too small to fit in target type"},
                {"keep-last", "99999999999999999999", "number too large to fit in target type"},
                {"keep-last", "", "cannot parse integer from empty string"},
                {"keep-last", "+", "invalid digit found in string"},
                {"keep-last", "-", "invalid digit found in string"},
                {"keep-last", "1.5", "invalid digit found in string"},
                {"keep-last", "1 ", "invalid digit found in string"},
                {"keep-last", "0x1", "invalid digit found in string"},
                {"keep-last", "+-1", "invalid digit found in string"},
                {"keep-hourly", "1", NULL},
                {"keep-hourly", "0", LEAST(1, 0)},
                {"keep-daily", "1", NULL},
                {"keep-daily", "0", LEAST(1, 0)},
                {"keep-weekly", "1", NULL},
                {"keep-weekly", "0", LEAST(1, 0)},
                {"keep-monthly", "1", NULL},
                {"keep-monthly", "0", LEAST(1, 0)},
                {"keep-yearly", "1", NULL},
                {"keep-yearly", "0", LEAST(1, 0)},
        };

        ASSERT_VERDICTS(verdicts);
}

static void booleans_have_eight_words_in_any_case(void **state)
{
        static const char *const good[] = {"1",  "on",    "yes", "true", "0",    "off",
                                           "no", "false", "On",  "YES",  "tRuE", "FALSE"};
        static const char *const bad[] = {"", "2", "y", "tru", "truee", "of", "enabled"};

        for (size_t i = 0; i < ELEMENTS(good); i++) {
                assert_null(check("verify-new", good[i]));
                assert_null(check("gc-on-unmount", good[i]));
        }
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                assert_string_equal(check("verify-new", bad[i]), "Unable to parse boolean option.");
                assert_string_equal(check("gc-on-unmount", bad[i]),
                                    "Unable to parse boolean option.");
        }
}

static void schedules_are_calendar_events(void **state)
{
        static const struct verdict verdicts[] = {
                {"gc-schedule", "daily", NULL},
                {"gc-schedule", "mon..fri 02:30", NULL},
                {"gc-schedule", "daily 04:15", NO_EVENT("daily 04:15")},
                {"prune-schedule", "2,22:30", NULL},
                {"prune-schedule", "", NO_EVENT("")},
                {"prune-schedule", "mon 24:60", NO_EVENT(":60")},
                {"counter-reset-schedule", "monthly", NULL},
                {"counter-reset-schedule", "*-13-1", NO_EVENT("-1")},
        };

        ASSERT_VERDICTS(verdicts);
}

static void words_are_of_their_list(void **state)
{
        static const struct verdict verdicts[] = {
                {"notification-mode", "legacy-sendmail", NULL},
                {"notification-mode", "notification-system", NULL},
                {"notification-mode", "", NO_WORD("")},
                {"notification-mode", "notification", NO_WORD("notification")},
                {"notification-mode", "Legacy-Sendmail", NO_WORD("Legacy-Sendmail")},
        };

        ASSERT_VERDICTS(verdicts);
}

static void a_user_is_a_name_at_a_realm(void **state)
{
        static const struct verdict verdicts[] = {
                {"notify-user", "a@b", NULL},
                {"notify-user", "root@pam", NULL},
                {"notify-user", "me@example.org@pbs", NULL},
                {"notify-user", "j\xc3\xb6rg@my-ldap.1", NULL},
                {"notify-user", "x" X60 "@pb", NULL},
                {"notify-user", "x" X60 "@pbs", "value may only be 64 characters long"},
                {"notify-user", "@b", "value must be at least 3 characters long"},
                {"notify-user", "rootpam", PATTERN},
                {"notify-user", "@pam", PATTERN},
                {"notify-user", "root@", PATTERN},
                {"notify-user", "a b@pam", PATTERN},
                {"notify-user",
                 "a\xc2\xa0"
                 "b@pam",
                 PATTERN}, /* a no-break space */
                {"notify-user", "a:b@pam", PATTERN},
                {"notify-user", "a/b@pam", PATTERN},
                {"notify-user", "a\x7f@pam", PATTERN},
                {"notify-user", "root@-pam", PATTERN},
                {"notify-user", "root@pam!token", PATTERN},
        };

        ASSERT_VERDICTS(verdicts);
}

static void a_device_is_a_uuid_in_lower_case(void **state)
{
        static const struct verdict verdicts[] = {
                {"backing-device", "8f5b6f1e-9a7e-4a63-9a3c-0d5c2b7f6e11", NULL},
                {"backing-device", "8F5B6F1E-9A7E-4A63-9A3C-0D5C2B7F6E11", PATTERN},
                {"backing-device", "8f5b6f1e-9a7e-4a63-9a3c-0d5c2b7f6e1", PATTERN},
                {"backing-device", "8f5b6f1e-9a7e-4a63-9a3c-0d5c2b7f6e111", PATTERN},
                {"backing-device", "8f5b6f1e09a7e-4a63-9a3c-0d5c2b7f6e11", PATTERN},
                {"backing-device", "8f5b6f1e-9a7e-4a63-9a3c-0d5c2b7f6e1g", PATTERN},
                {"backing-device", "", PATTERN},
        };

        ASSERT_VERDICTS(verdicts);
}

static void notify_says_when_for_each_job(void **state)
{
        static const struct verdict verdicts[] = {
                {"notify", "gc=never,verify=always,sync=error,prune=never", NULL},
                {"notify", "prune=error,gc=always", NULL},
                {"notify", "", NULL},
                {"notify", "gc=sometimes", MEMBER("gc", NO_WORD("sometimes"))},
                {"notify", "gc=", MEMBER("gc", NO_WORD(""))},
                {"notify", "backup=never", MEMBER("backup", UNKNOWN)},
                {"notify", "gc=never,gc=never", MEMBER("gc", "duplicate key")},
                {"notify", "gc=never, sync=error", MEMBER(" sync", UNKNOWN)},
                {"notify", "never", "value without key, but schema does not define a default key"},
        };

        ASSERT_VERDICTS(verdicts);
}

static void tuning_has_seven_members(void **state)
{
        static const struct verdict verdicts[] = {
                {"tuning", "chunk-order=none", NULL},
                {"tuning", "chunk-order=inode", NULL},
                {"tuning", "chunk-order=random", MEMBER("chunk-order", NO_WORD("random"))},
                {"tuning", "sync-level=none", NULL},
                {"tuning", "sync-level=file", NULL},
                {"tuning", "sync-level=filesystem", NULL},
                {"tuning", "sync-level=files", MEMBER("sync-level", NO_WORD("files"))},
                {"tuning", "gc-atime-safety-check=Off", NULL},
                {"tuning", "gc-atime-safety-check=2",
                 MEMBER("gc-atime-safety-check", "Unable to parse boolean option.")},
                {"tuning", "gc-atime-cutoff=1", NULL},
                {"tuning", "gc-atime-cutoff=2880", NULL},
                {"tuning", "gc-atime-cutoff=0", MEMBER("gc-atime-cutoff", LEAST(1, 0))},
                {"tuning", "gc-atime-cutoff=2881", MEMBER("gc-atime-cutoff", MOST(2880, 2881))},
                {"tuning", "gc-cache-capacity=0", NULL},
                {"tuning", "gc-cache-capacity=8388608", NULL},
                {"tuning", "gc-cache-capacity=-1", MEMBER("gc-cache-capacity", LEAST(0, -1))},
                {"tuning", "gc-cache-capacity=8388609",
                 MEMBER("gc-cache-capacity", MOST(8388608, 8388609))},
                {"tuning", "default-verification-workers=1", NULL},
                {"tuning", "default-verification-workers=32", NULL},
                {"tuning", "default-verification-workers=0",
                 MEMBER("default-verification-workers", LEAST(1, 0))},
                {"tuning", "default-verification-workers=33",
                 MEMBER("default-verification-workers", MOST(32, 33))},
                {"tuning", "default-verification-readers=1", NULL},
                {"tuning", "default-verification-readers=32", NULL},
                {"tuning", "default-verification-readers=0",
                 MEMBER("default-verification-readers", LEAST(1, 0))},
                {"tuning", "default-verification-readers=33",
                 MEMBER("default-verification-readers", MOST(32, 33))},
                {"tuning", "gc-atime-cutoff=\"5\"", NULL},
                {"tuning", "gc-atime-cutoff=5=6",
                 MEMBER("gc-atime-cutoff", "invalid digit found in string")},
                {"tuning", "", NULL},
        };

        ASSERT_VERDICTS(verdicts);
}

static void maintenance_has_a_type_and_a_message(void **state)
{
        static const struct verdict verdicts[] = {
                {"maintenance-mode", "read-only", NULL},
                {"maintenance-mode", "type=offline", NULL},
                {"maintenance-mode", "\"delete\"", NULL},
                {"maintenance-mode", "message=x,unmount", NULL},
                {"maintenance-mode", "s3-refresh,message=", NULL},
                {"maintenance-mode", "offline,", NULL},
                {"maintenance-mode", "",
                 MEMBER("type", "property is missing and it is not optional")},
                {"maintenance-mode", "message=x",
                 MEMBER("type", "property is missing and it is not optional")},
                {"maintenance-mode", "away", MEMBER("type", NO_WORD("away"))},
                {"maintenance-mode", ",offline", MEMBER("type", NO_WORD(""))},
                {"maintenance-mode", "offline,,", MEMBER("type", "duplicate key")},
                {"maintenance-mode", "offline,type=offline", MEMBER("type", "duplicate key")},
                {"maintenance-mode", "offline,why=x", MEMBER("why", UNKNOWN)},
                {"maintenance-mode", "offline,message=xxxx" X60, NULL},
                {"maintenance-mode", "offline,message=xxxxx" X60,
                 MEMBER("message", "value may only be 64 characters long")},
                {"maintenance-mode", "offline,message=\"\\\"xxx" X60 "\"", NULL},
                {"maintenance-mode", "offline,message=\"\\\"xxxx" X60 "\"",
                 MEMBER("message", "value may only be 64 characters long")},
                {"maintenance-mode", "offline,message=a\tb", MEMBER("message", PATTERN)},
                {"maintenance-mode", "offline,message=\"a\\nb\"", MEMBER("message", PATTERN)},
                {"maintenance-mode", "offline,message=\"oops", "unexpected end of string"},
                {"maintenance-mode", "offline,message=\"oops\\", "unexpected end of string"},
                {"maintenance-mode", "offline,message=\"a\\tb\"", "unsupported escape sequence"},
                {"maintenance-mode", "offline,message=\"a\"b", "garbage after quoted string"},
        };

        ASSERT_VERDICTS(verdicts);
}

static void a_backend_of_s3_needs_a_client_and_a_bucket(void **state)
{
        static const struct verdict verdicts[] = {
                {"backend", "filesystem", NULL},
                {"backend", "", NULL},
                {"backend", "type=s3,client=aws,bucket=b-1", NULL},
                {"backend", "s3,bucket=b-1,client=aws,max-cache-size=64GiB", NULL},
                {"backend", "s3,bucket=b-1", "missing option client, required for backend type s3"},
                {"backend", "s3,client=aws", "missing option bucket, required for backend type s3"},
                {"backend", "filesystem,client=aws",
                 "additional option client, not allowed for backend type filesystem"},
                {"backend", "bucket=b-1",
                 "additional option bucket, not allowed for backend type filesystem"},
                {"backend", "filesystem,max-cache-size=1",
                 "additional option max-cache-size, not allowed for backend type filesystem"},
                {"backend", "tape", MEMBER("type", NO_WORD("tape"))},
                {"backend", "s3,bucket=b-1,client=ab",
                 MEMBER("client", "value must be at least 3 characters long")},
                {"backend", "s3,bucket=b-1,client=xx" X10 X10 X10, NULL},
                {"backend", "s3,bucket=b-1,client=xxx" X10 X10 X10,
                 MEMBER("client", "value may only be 32 characters long")},
                {"backend", "s3,bucket=b-1,client=-aws", MEMBER("client", PATTERN)},
                {"backend", "s3,client=aws,bucket=ab",
                 MEMBER("bucket", "value must be at least 3 characters long")},
                {"backend", "s3,client=aws,bucket=xxx" X60, NULL},
                {"backend", "s3,client=aws,bucket=xxxx" X60,
                 MEMBER("bucket", "value may only be 63 characters long")},
                {"backend", "s3,client=aws,bucket=-bc", MEMBER("bucket", PATTERN)},
                {"backend", "s3,client=aws,bucket=ab-", MEMBER("bucket", PATTERN)},
                {"backend", "s3,client=aws,bucket=a.c", MEMBER("bucket", PATTERN)},
                {"backend", "s3,client=aws,bucket=Abc", MEMBER("bucket", PATTERN)},
                {"backend", "s3,client=aws,bucket=abc,max-cache-size=",
                 MEMBER("max-cache-size", "value must be at least 1 characters long")},
                {"backend", "s3,client=aws,bucket=abc,max-cache-size=much",
                 MEMBER("max-cache-size",
                        "byte-size parse error for 'much': invalid float literal")},
        };

        ASSERT_VERDICTS(verdicts);
}

static void thresholds_are_numbers_and_sizes(void **state)
{
        static const struct verdict verdicts[] = {
                {"notification-thresholds", "s3-get=1,s3-put=-1,s3-post=+2,s3-head=0", NULL},
                {"notification-thresholds", "s3-delete=9223372036854775807", NULL},
                {"notification-thresholds", "s3-upload=1 TiB,s3-download=500GiB", NULL},
                {"notification-thresholds", "s3-get=1k",
                 MEMBER("s3-get", "invalid digit found in string")},
                {"notification-thresholds", "s3-put=9223372036854775808",
                 MEMBER("s3-put", "number too large to fit in target type")},
                {"notification-thresholds", "s3-upload=-1",
                 MEMBER("s3-upload",
                        "byte-size parse error for '-1': byte size may not be negative")},
                {"notification-thresholds",
                 "s3-upload=0000"
                 "0000000000"
                 "0000000000"
                 "0000000000"
                 "0000000000"
                 "0000000000"
                 "0000000000",
                 NULL},
                {"notification-thresholds",
                 "s3-upload=00000"
                 "0000000000"
                 "0000000000"
                 "0000000000"
                 "0000000000"
                 "0000000000"
                 "0000000000",
                 MEMBER("s3-upload", "value may only be 64 characters long")},
                {"notification-thresholds", "s3-list=1", MEMBER("s3-list", UNKNOWN)},
        };

        ASSERT_VERDICTS(verdicts);
}

static void assert_set_is_sound(const struct schema_set *set)
{
        assert_true(set->property_count <= SCHEMA_PROPERTIES_MAX);
        assert_true(!set->default_key || schema_member(set, text(set->default_key)));
        for (size_t i = 0; i < set->property_count; i++) {
                const struct schema_property *property = &set->properties[i];

                assert_ptr_equal(schema_member(set, text(property->name)), property);
                assert_int_equal(!property->words, property->kind != SCHEMA_ENUMERATION);
                assert_int_equal(!property->members, property->kind != SCHEMA_PROPERTY_STRING);
                if (property->fallback)
                        assert_int_equal(
                                schema_check_value(property, text(property->fallback), NULL), 0);
                if (property->members)
                        assert_set_is_sound(property->members);
        }
}

static void the_tables_hold_together(void **state)
{
        for (size_t i = 0; i < schema_count; i++)
                for (size_t j = 0; j < schemas[i].type_count; j++)
                        assert_set_is_sound(&schemas[i].types[j].set);
}

/* NULL if @file is taken by the schema of user.cfg, else "LINE: WHY". */
static char *parse_users(const char *file)
{
        struct parse parse = parse_bytes(file, strlen(file), "user", CFGW_LOAD_STRICT);
        uint32_t line = 0;
        const char *message = parse_error(&parse, &line);
        char *error = message ? format_string("%u: %s", line, message) : NULL;

        parse_clear(&parse);
        return error;
}

static void another_file_is_another_table(void **state)
{
        static const struct {
                const char *file, *error;
        } cases[] = {
                {"user: root@pam\n\tcomment the one\n\tenable 1\n\texpire 0\n\temail a@b.example\n"
                 "\ntoken: root@pam!backup\n\tenable false\n",
                 NULL},
                {"user: root\n", "1: syntax error in section identifier: " PATTERN},
                {"token: root@pam\n", "1: syntax error in section identifier: " PATTERN},
                {"token: root@pam!\n", "1: syntax error in section identifier: " PATTERN},
                {"user: root@pam\n\texpire -1\n", "2: property 'expire': " LEAST(0, -1)},
                {"user: root@pam\n\tfirstname X\n",
                 "2: property 'firstname': value must be at least 2 characters long"},
                {"token: root@pam!t\n\temail a@b\n", "2: unknown property 'email'"},
                {"group: admins\n", "1: unknown section type 'group'"},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *error = parse_users(cases[i].file);

                if (cases[i].error)
                        assert_string_equal(error, cases[i].error);
                else
                        assert_null(error);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(only_known_domains_have_a_schema),
                TEST(types_and_keys_match_as_a_whole),
                TEST(all_properties_of_a_datastore_are_known),
                TEST(only_the_path_is_required),
                TEST(ids_are_safe_and_of_3_to_32_characters),
                TEST(lengths_count_characters_and_not_bytes),
                TEST(a_path_may_have_4096_characters),
                TEST(comments_hold_no_control_characters),
                TEST(integers_have_a_range),
                TEST(booleans_have_eight_words_in_any_case),
                TEST(schedules_are_calendar_events),
                TEST(words_are_of_their_list),
                TEST(a_user_is_a_name_at_a_realm),
                TEST(a_device_is_a_uuid_in_lower_case),
                TEST(notify_says_when_for_each_job),
                TEST(tuning_has_seven_members),
                TEST(maintenance_has_a_type_and_a_message),
                TEST(a_backend_of_s3_needs_a_client_and_a_bucket),
                TEST(thresholds_are_numbers_and_sizes),
                TEST(the_tables_hold_together),
                TEST(another_file_is_another_table),
        };

        return TESTING_RUN(tests);
}
