/* SPDX-License-Identifier: MIT */
#include "testing.h"
#include "verdicts.h"

#include <errno.h>
#include <string.h>

static const struct schema_type *datastore(void)
{
        return type_of("datastore", "datastore");
}

static const char *check(const char *key, const char *value)
{
        return check_in(datastore(), key, value);
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

        assert_null(schema_type(schema, text_of("datastor")));
        assert_null(schema_type(schema, text_of("datastores")));
        assert_null(schema_type(schema, text_of("Datastore")));
        assert_null(schema_type(schema, text_of("")));
        assert_null(schema_property(datastore(), text_of("pat")));
        assert_null(schema_property(datastore(), text_of("paths")));
        assert_null(schema_property(datastore(), text_of("")));
        assert_string_equal(schema_property(datastore(), text_of("path"))->name, "path");
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
                assert_non_null(schema_property(datastore(), text_of(keys[i])));
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
                assert_int_equal(schema_check_id(datastore(), text_of(good[i]), NULL), 0);
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(schema_check_id(datastore(), text_of(bad[i]), NULL), -EBADMSG);
        assert_int_equal(schema_check_unknown_id(text_of("a"), NULL), 0);
        assert_int_equal(schema_check_unknown_id(text_of(""), NULL), -EBADMSG);
        assert_int_equal(schema_check_unknown_id(text_of("../a"), NULL), -EBADMSG);
        assert_true(schema_type_name_valid(text_of("s3-endpoint")));
        assert_false(schema_type_name_valid(text_of("two words")));
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

#define ASSERT_VERDICTS(verdicts) assert_verdicts(datastore(), (verdicts), ELEMENTS(verdicts))

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
                {"keep-last", "9223372036854775808", TOO_LARGE},
                {"keep-last", "-9223372036854775809", TOO_SMALL},
                {"keep-last", "99999999999999999999", TOO_LARGE},
                {"keep-last", "", "cannot parse integer from empty string"},
                {"keep-last", "+", "invalid digit found in string"},
                {"keep-last", "-", "invalid digit found in string"},
                {"keep-last", "1.5", "invalid digit found in string"},
                {"keep-last", "1 ", "invalid digit found in string"},
                {"keep-last", "0x1", "invalid digit found in string"},
                {"keep-last", "+-1", "invalid digit found in string"},
                {"keep-hourly", "1", NULL},
                {"keep-hourly", "0", LEAST(1, 0)},
                {"keep-hourly", "9223372036854775807", NULL},
                {"keep-hourly", "9223372036854775808", TOO_LARGE},
                {"keep-daily", "1", NULL},
                {"keep-daily", "0", LEAST(1, 0)},
                {"keep-daily", "9223372036854775807", NULL},
                {"keep-daily", "9223372036854775808", TOO_LARGE},
                {"keep-weekly", "1", NULL},
                {"keep-weekly", "0", LEAST(1, 0)},
                {"keep-weekly", "9223372036854775807", NULL},
                {"keep-weekly", "9223372036854775808", TOO_LARGE},
                {"keep-monthly", "1", NULL},
                {"keep-monthly", "0", LEAST(1, 0)},
                {"keep-monthly", "9223372036854775807", NULL},
                {"keep-monthly", "9223372036854775808", TOO_LARGE},
                {"keep-yearly", "1", NULL},
                {"keep-yearly", "0", LEAST(1, 0)},
                {"keep-yearly", "9223372036854775807", NULL},
                {"keep-yearly", "9223372036854775808", TOO_LARGE},
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
                {"notify-user", "x" X60 "@pbs", LONGER(64)},
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
                {"notify", "verify=sometimes", MEMBER("verify", NO_WORD("sometimes"))},
                {"notify", "sync=Error", MEMBER("sync", NO_WORD("Error"))},
                {"notify", "prune=\"\"", MEMBER("prune", NO_WORD(""))},
                {"notify", "prune=\"error", "unexpected end of string"},
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
                {"tuning", "gc-atime-cutoff=\"5\"6", "garbage after quoted string"},
                {"tuning", "gc-atime-cutoff=5,gc-atime-cutoff=5",
                 MEMBER("gc-atime-cutoff", "duplicate key")},
                {"tuning", "gc-cache-capacity=1,gc-speed=1", MEMBER("gc-speed", UNKNOWN)},
                {"tuning", "inode", "value without key, but schema does not define a default key"},
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
                {"maintenance-mode", "offline,message=xxxxx" X60, MEMBER("message", LONGER(64))},
                {"maintenance-mode", "offline,message=\"\\\"xxx" X60 "\"", NULL},
                {"maintenance-mode", "offline,message=\"\\\"xxxx" X60 "\"",
                 MEMBER("message", LONGER(64))},
                {"maintenance-mode", "offline,message=\"\\\"" X600 X600 "\"",
                 MEMBER("message", "value is too long")},
                {"maintenance-mode", "offline,message=a\tb", MEMBER("message", PATTERN)},
                {"maintenance-mode", "offline,message=\"a\\nb\"", MEMBER("message", PATTERN)},
                {"maintenance-mode", "offline,message=\"oops", "unexpected end of string"},
                {"maintenance-mode", "offline,message=\"oops\\", "unexpected end of string"},
                {"maintenance-mode", "offline,message=\"a\\tb\"", "unsupported escape sequence"},
                {"maintenance-mode", "offline,message=\"a\"b", "garbage after quoted string"},
        };

        ASSERT_VERDICTS(verdicts);
}

#define S3 "s3,client=aws,bucket=abc,"

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
                {"backend", "s3,bucket=b-1,client=xxx" X10 X10 X10, MEMBER("client", LONGER(32))},
                {"backend", "s3,bucket=b-1,client=-aws", MEMBER("client", PATTERN)},
                {"backend", "s3,client=aws,bucket=ab",
                 MEMBER("bucket", "value must be at least 3 characters long")},
                {"backend", "s3,client=aws,bucket=xxx" X60, NULL},
                {"backend", "s3,client=aws,bucket=xxxx" X60, MEMBER("bucket", LONGER(63))},
                {"backend", "s3,client=aws,bucket=-bc", MEMBER("bucket", PATTERN)},
                {"backend", "s3,client=aws,bucket=ab-", MEMBER("bucket", PATTERN)},
                {"backend", "s3,client=aws,bucket=a.c", MEMBER("bucket", PATTERN)},
                {"backend", "s3,client=aws,bucket=Abc", MEMBER("bucket", PATTERN)},
                {"backend", S3 "max-cache-size=",
                 MEMBER("max-cache-size", "value must be at least 1 characters long")},
                {"backend", S3 "max-cache-size=1", NULL},
                {"backend", S3 "max-cache-size=0001" ZEROS60, NULL},
                {"backend", S3 "max-cache-size=00001" ZEROS60,
                 MEMBER("max-cache-size", LONGER(64))},
                {"backend", S3 "max-cache-size=much", MEMBER("max-cache-size", NO_SIZE("much"))},
                {"backend", S3 "tape", MEMBER("type", "duplicate key")},
                {"backend", S3 "region=x", MEMBER("region", UNKNOWN)},
                {"backend", "s3,client=aws,bucket=\"abc\\t\"", "unsupported escape sequence"},
        };

        ASSERT_VERDICTS(verdicts);
}

#define THRESHOLDS "notification-thresholds"

static void thresholds_are_numbers_and_sizes(void **state)
{
        static const struct verdict verdicts[] = {
                {THRESHOLDS, "s3-get=1,s3-put=-1,s3-post=+2,s3-head=0", NULL},
                {THRESHOLDS, "s3-upload=1 TiB,s3-download=500GiB", NULL},
                {THRESHOLDS, "", NULL},
                {THRESHOLDS, "s3-get=-9223372036854775808", NULL},
                {THRESHOLDS, "s3-get=9223372036854775807", NULL},
                {THRESHOLDS, "s3-get=-9223372036854775809", MEMBER("s3-get", TOO_SMALL)},
                {THRESHOLDS, "s3-get=9223372036854775808", MEMBER("s3-get", TOO_LARGE)},
                {THRESHOLDS, "s3-put=-9223372036854775808", NULL},
                {THRESHOLDS, "s3-put=9223372036854775807", NULL},
                {THRESHOLDS, "s3-put=-9223372036854775809", MEMBER("s3-put", TOO_SMALL)},
                {THRESHOLDS, "s3-put=9223372036854775808", MEMBER("s3-put", TOO_LARGE)},
                {THRESHOLDS, "s3-post=-9223372036854775808", NULL},
                {THRESHOLDS, "s3-post=9223372036854775807", NULL},
                {THRESHOLDS, "s3-post=-9223372036854775809", MEMBER("s3-post", TOO_SMALL)},
                {THRESHOLDS, "s3-post=9223372036854775808", MEMBER("s3-post", TOO_LARGE)},
                {THRESHOLDS, "s3-head=-9223372036854775808", NULL},
                {THRESHOLDS, "s3-head=9223372036854775807", NULL},
                {THRESHOLDS, "s3-head=-9223372036854775809", MEMBER("s3-head", TOO_SMALL)},
                {THRESHOLDS, "s3-head=9223372036854775808", MEMBER("s3-head", TOO_LARGE)},
                {THRESHOLDS, "s3-delete=-9223372036854775808", NULL},
                {THRESHOLDS, "s3-delete=9223372036854775807", NULL},
                {THRESHOLDS, "s3-delete=-9223372036854775809", MEMBER("s3-delete", TOO_SMALL)},
                {THRESHOLDS, "s3-delete=9223372036854775808", MEMBER("s3-delete", TOO_LARGE)},
                {THRESHOLDS, "s3-get=1k", MEMBER("s3-get", "invalid digit found in string")},
                {THRESHOLDS, "s3-upload=0", NULL},
                {THRESHOLDS, "s3-upload=-1",
                 MEMBER("s3-upload",
                        "byte-size parse error for '-1': byte size may not be negative")},
                {THRESHOLDS,
                 "s3-upload=", MEMBER("s3-upload", "value must be at least 1 characters long")},
                {THRESHOLDS, "s3-upload=0001" ZEROS60, NULL},
                {THRESHOLDS, "s3-upload=00001" ZEROS60, MEMBER("s3-upload", LONGER(64))},
                {THRESHOLDS, "s3-upload=1 EiB", MEMBER("s3-upload", NO_SIZE("1 EiB"))},
                {THRESHOLDS, "s3-download=0", NULL},
                {THRESHOLDS, "s3-download=-1",
                 MEMBER("s3-download",
                        "byte-size parse error for '-1': byte size may not be negative")},
                {THRESHOLDS,
                 "s3-download=", MEMBER("s3-download", "value must be at least 1 characters long")},
                {THRESHOLDS, "s3-download=0001" ZEROS60, NULL},
                {THRESHOLDS, "s3-download=00001" ZEROS60, MEMBER("s3-download", LONGER(64))},
                {THRESHOLDS, "s3-download=1 EiB", MEMBER("s3-download", NO_SIZE("1 EiB"))},
                {THRESHOLDS, "s3-list=1", MEMBER("s3-list", UNKNOWN)},
                {THRESHOLDS, "s3-get=1,s3-put=1,s3-get=1", MEMBER("s3-get", "duplicate key")},
                {THRESHOLDS, "1", "value without key, but schema does not define a default key"},
        };

        ASSERT_VERDICTS(verdicts);
}

static void assert_set_is_sound(const struct schema_set *set)
{
        assert_true(set->property_count <= SCHEMA_PROPERTIES_MAX);
        assert_true(!set->default_key || schema_member(set, text_of(set->default_key)));
        for (size_t i = 0; i < set->property_count; i++) {
                const struct schema_property *property = &set->properties[i];

                assert_ptr_equal(schema_member(set, text_of(property->name)), property);
                assert_int_equal(!property->words, property->kind != SCHEMA_ENUMERATION);
                assert_int_equal(!property->members, property->kind != SCHEMA_PROPERTY_STRING);
                if (property->fallback)
                        assert_int_equal(
                                schema_check_value(property, text_of(property->fallback), NULL), 0);
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
        };

        return TESTING_RUN(tests);
}
