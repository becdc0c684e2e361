/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "inifile.h"
#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Writes what came as "section|key|value;" one after the other. */
static int collect(void *userdata, const char *section, const char *key, const char *value,
                   struct inifile_error *error)
{
        char *text = userdata;

        strcat(text, section);
        strcat(text, "|");
        strcat(text, key);
        strcat(text, "|");
        strcat(text, value);
        strcat(text, ";");
        if (strcmp(value, "refuse-me") == 0) {
                strcpy(error->reason, "refused by the handler");
                return -EBADMSG;
        }
        return 0;
}

static void assert_parses(const char *data, const char *expected)
{
        char text[2048] = "";
        struct inifile_error error;

        assert_int_equal(inifile_parse(data, strlen(data), collect, text, &error), 0);
        assert_string_equal(text, expected);
}

static void assert_refused(const char *data, size_t size, uint32_t line, const char *reason)
{
        char text[2048] = "";
        struct inifile_error error;

        assert_int_equal(inifile_parse(data, size, collect, text, &error), -EBADMSG);
        assert_int_equal(error.line, line);
        assert_non_null(strstr(error.reason, reason));
}

static void test_sections_keys_and_comments(void **state)
{
        assert_parses("", "");
        assert_parses("# c\n; c\n\n[a b]\nk = v\nl=w x \r\n[c]\nm : n", "a b|k|v;a b|l|w x;c|m|n;");
}

static void test_lines_that_inih_would_cut_are_refused(void **state)
{
        char data[400];

        for (size_t size = 190; size < 210; size++) {
                memset(data, 'x', sizeof(data));
                memcpy(data, "k=", 2);
                strcpy(data + size, "\nl=w\n");
                if (size <= 198) {
                        char text[2048] = "";
                        struct inifile_error error;

                        assert_int_equal(inifile_parse(data, strlen(data), collect, text, &error),
                                         0);
                        assert_int_equal(strlen(text), strlen("|k|;|l|w;") + size - 2);
                } else {
                        assert_refused(data, strlen(data), 1, "line over");
                }
        }
}

static void test_names_that_inih_would_cut_are_refused(void **state)
{
        char data[200], name[60];

        for (size_t size = 45; size < 55; size++) {
                char text[2048] = "";
                struct inifile_error error;

                memset(name, 'n', sizeof(name));
                name[size] = '\0';
                snprintf(data, sizeof(data), "[%s]\nk=v\n", name);
                if (size > 49) {
                        assert_refused(data, strlen(data), 1, "section name");
                } else {
                        assert_int_equal(inifile_parse(data, strlen(data), collect, text, &error),
                                         0);
                        assert_int_equal(strlen(text), size + strlen("|k|v;"));
                }
                text[0] = '\0';
                snprintf(data, sizeof(data), "[s]\n%s = v\n", name);
                if (size > 49) {
                        assert_refused(data, strlen(data), 2, "key");
                } else {
                        assert_int_equal(inifile_parse(data, strlen(data), collect, text, &error),
                                         0);
                        assert_int_equal(strlen(text), size + strlen("s||v;"));
                }
        }
}

static void test_what_inih_would_misread_is_refused(void **state)
{
        assert_refused("a=b\n\0c=d\n", 9, 2, "NUL");
        assert_refused("[s]\na=b\n  c=d\n", 14, 3, "indented");
        assert_refused("[s\n", 3, 1, "']'");
        assert_refused("[s]\nnothing\n", 12, 2, "key = value");
}

static void test_handler_refuses_with_the_line(void **state)
{
        assert_refused("[s]\na=b\n\nc=refuse-me\nd=e\n", 24, 4, "refused by the handler");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_sections_keys_and_comments),
                TEST(test_lines_that_inih_would_cut_are_refused),
                TEST(test_names_that_inih_would_cut_are_refused),
                TEST(test_what_inih_would_misread_is_refused),
                TEST(test_handler_refuses_with_the_line),
        };

        return TESTING_RUN(tests);
}
