/* SPDX-License-Identifier: MIT */
#include "schema.h"
#include "testing.h"

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

/* NULL if @value may be the value of @key, else the reason. */
static const char *check(const char *key, const char *value)
{
        const struct schema_property *property = schema_property(datastore(), text(key));

        assert_non_null(property);
        return schema_check_value(property, text(value));
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
                assert_null(schema_check_id(datastore(), text(good[i])));
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_non_null(schema_check_id(datastore(), text(bad[i])));
        assert_null(schema_check_unknown_id(text("a")));
        assert_non_null(schema_check_unknown_id(text("")));
        assert_non_null(schema_check_unknown_id(text("../a")));
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

static void keeps_are_integers_from_1(void **state)
{
        static const char *const good[] = {"1", "+5", "05", "9223372036854775807"};
        static const struct {
                const char *value, *reason;
        } bad[] = {
                {"", "cannot parse integer from empty string"},
                {"0", "value must have a minimum value of 1"},
                {"-0", "value must have a minimum value of 1"},
                {"-1", "value must have a minimum value of 1"},
                {"+", "invalid digit found in string"},
                {"-", "invalid digit found in string"},
                {"1.5", "invalid digit found in string"},
                {"1 ", "invalid digit found in string"},
                {"0x1", "invalid digit found in string"},
                {"9223372036854775808", "number too large to fit in target type"},
                {"99999999999999999999999999", "number too large to fit in target type"},
                {"-99999999999999999999999999", "number too small to fit in target type"},
        };

        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_null(check("keep-last", good[i]));
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_string_equal(check("keep-yearly", bad[i].value), bad[i].reason);
}

static void booleans_have_eight_words_in_any_case(void **state)
{
        static const char *const good[] = {"1",  "on",    "yes", "true", "0",    "off",
                                           "no", "false", "On",  "YES",  "tRuE", "FALSE"};
        static const char *const bad[] = {"", "2", "y", "tru", "truee", "of", "enabled"};

        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_null(check("verify-new", good[i]));
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_string_equal(check("gc-on-unmount", bad[i]),
                                    "Unable to parse boolean option.");
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
                TEST(keeps_are_integers_from_1),
                TEST(booleans_have_eight_words_in_any_case),
        };

        return TESTING_RUN(tests);
}
