/* SPDX-License-Identifier: MIT */
#include "property_string.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct text text(const char *string)
{
        return (struct text){string, strlen(string)};
}

/* All elements as "KEY:VALUE;" with ~ for no key and ! behind an escaped value. */
static int list(const char *string, char *ret, struct reason *reason)
{
        struct text rest = text(string);
        struct property_element element;
        int r;

        *ret = '\0';
        while ((r = property_string_next(&rest, &element, reason)) > 0)
                ret += sprintf(ret, "%.*s:%.*s%s;", element.has_key ? (int)element.key.size : 1,
                               element.has_key ? element.key.data : "~",
                               TEXT_ARGUMENTS(element.value), element.escaped ? "!" : "");
        return r;
}

static void elements_are_split_at_commas_and_nothing_is_trimmed(void **state)
{
        static const char *const cases[][2] = {
                {"", ""},
                {"a", "~:a;"},
                {"a=1", "a:1;"},
                {"a=1,b=2", "a:1;b:2;"},
                {"a=1, b=2", "a:1; b:2;"},
                {" a = 1 ", " a : 1 ;"},
                {"a=b=c", "a:b=c;"},
                {"a=", "a:;"},
                {"=1", ":1;"},
                {"a,b=c", "~:a;b:c;"},
                {"a=1,", "a:1;"},
                {",a=1", "~:;a:1;"},
                {"a=1,,b=2", "a:1;~:;b:2;"},
                {",", "~:;"},
                {"a=x\"y\"", "a:x\"y\";"},
                {"a=\"1,2\",b=3", "a:1,2;b:3;"},
                {"\"x=1,2\"", "~:x=1,2;"},
                {"\"x\",b=1", "~:x;b:1;"},
                {"a=\"\"", "a:;"},
                {"a=\"x\",", "a:x;"},
                {"a=\"\\\"\\\\\\n\"", "a:\\\"\\\\\\n!;"},
                {"a=\\n", "a:\\n;"}, /* escapes are for quotes alone */
                {"\"a\"=1", NULL},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char found[100];
                int r = list(cases[i][0], found, NULL);

                assert_int_equal(r, cases[i][1] ? 0 : -EBADMSG);
                if (cases[i][1])
                        assert_string_equal(found, cases[i][1]);
        }
}

static void a_quote_is_closed_and_knows_three_escapes(void **state)
{
        static const char *const cases[][2] = {
                {"a=\"", "unexpected end of string"},
                {"\"", "unexpected end of string"},
                {"a=\"x\\\"", "unexpected end of string"},
                {"a=\"x\\", "unexpected end of string"},
                {"a=\"x\\t\"", "unsupported escape sequence"},
                {"a=\"x\\ \"", "unsupported escape sequence"},
                {"a=\"x\"y", "garbage after quoted string"},
                {"a=\"x\" ,b=1", "garbage after quoted string"},
                {"a=\"x\"\"y\"", "garbage after quoted string"},
                {"a=1,b=\"", "unexpected end of string"},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct reason reason;
                char found[100];

                assert_int_equal(list(cases[i][0], found, &reason), -EBADMSG);
                assert_string_equal(reason.text, cases[i][1]);
        }
}

static void one_element_is_found_by_its_key(void **state)
{
        struct text string = text("read-only,message=\"a, \\\"b\\\"\"");
        struct property_element element;

        assert_int_equal(property_string_find(string, "message", "type", &element), 0);
        assert_true(element.escaped);
        assert_int_equal(property_string_find(string, "type", "type", &element), 0);
        assert_memory_equal(element.value.data, "read-only", 9);
        assert_int_equal(element.value.size, 9);
        assert_int_equal(property_string_find(string, "type", NULL, &element), -ENOENT);
        assert_int_equal(property_string_find(string, "mess", "type", &element), -ENOENT);
        assert_int_equal(property_string_find(string, "messages", "type", &element), -ENOENT);
        assert_int_equal(property_string_find(text("a=\"x"), "b", NULL, &element), -EBADMSG);
        assert_int_equal(property_string_find(text(""), "b", "b", &element), -ENOENT);
}

static void escapes_are_written_in_clear_if_there_is_room(void **state)
{
        struct text value = text("say \\\"hi\\\",\\nC:\\\\x");
        const char *clear = "say \"hi\",\nC:\\x";
        size_t length = strlen(clear), got = 0;
        char buffer[100];

        assert_int_equal(property_string_unescape(value, buffer, length + 1, &got), 0);
        assert_string_equal(buffer, clear);
        assert_int_equal(got, length);
        assert_int_equal(property_string_unescape(value, buffer, length, &got), -ENOBUFS);
        assert_int_equal(property_string_unescape(value, buffer, 0, &got), -ENOBUFS);
        assert_int_equal(property_string_unescape(text(""), buffer, 1, &got), 0);
        assert_int_equal(got, 0);
        assert_int_equal(property_string_unescape(text(""), buffer, 0, &got), -ENOBUFS);
}

static void a_reason_is_cut_behind_a_whole_character(void **state)
{
        char long_text[REASON_SIZE * 2 + 1] = "";
        struct reason reason;

        for (size_t i = 0; i < REASON_SIZE; i++)
                strcat(long_text, "\xc3\xa4");
        assert_int_equal(reason_set(&reason, "%s", long_text), -EBADMSG);
        assert_true(utf8_valid(reason.text, strlen(reason.text)));
        assert_true(strlen(reason.text) > REASON_SIZE - 4);
        assert_int_equal(reason_set(&reason, "x%s", long_text), -EBADMSG);
        assert_true(utf8_valid(reason.text, strlen(reason.text)));
        assert_int_equal(reason_set(NULL, "x"), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(elements_are_split_at_commas_and_nothing_is_trimmed),
                TEST(a_quote_is_closed_and_knows_three_escapes),
                TEST(one_element_is_found_by_its_key),
                TEST(escapes_are_written_in_clear_if_there_is_room),
                TEST(a_reason_is_cut_behind_a_whole_character),
        };

        return TESTING_RUN(tests);
}
