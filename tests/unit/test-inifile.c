/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "inifile.h"
#include "util.h"

#include <errno.h>
#include <ini.h>
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

static int note_section(void *userdata, struct text name, struct inifile_error *error)
{
        strcat(userdata, "[");
        strncat(userdata, name.data, name.size);
        strcat(userdata, "]");
        return 0;
}

static const struct inifile_handler with_comments = {.property = collect, .comments = true};
static const struct inifile_handler with_sections = {.property = collect, .section = note_section};

static int parse(const char *data, size_t size, char *text, struct inifile_error *error)
{
        return inifile_parse((struct text){data, size}, &with_comments, text, error);
}

static void assert_parses_by(const struct inifile_handler *handler, const char *data,
                             const char *expected)
{
        char text[2048] = "";
        struct inifile_error error;

        assert_int_equal(inifile_parse((struct text){data, strlen(data)}, handler, text, &error),
                         0);
        assert_string_equal(text, expected);
}

static void assert_parses(const char *data, const char *expected)
{
        assert_parses_by(&with_comments, data, expected);
}

static void assert_refused(const char *data, size_t size, uint32_t line, const char *reason)
{
        char text[2048] = "";
        struct inifile_error error;

        assert_int_equal(parse(data, size, text, &error), -EBADMSG);
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

                        assert_int_equal(parse(data, strlen(data), text, &error), 0);
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
                        assert_int_equal(parse(data, strlen(data), text, &error), 0);
                        assert_int_equal(strlen(text), size + strlen("|k|v;"));
                }
                text[0] = '\0';
                snprintf(data, sizeof(data), "[s]\n%s = v\n", name);
                if (size > 49) {
                        assert_refused(data, strlen(data), 2, "key");
                } else {
                        assert_int_equal(parse(data, strlen(data), text, &error), 0);
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

static void test_a_line_may_end_in_crlf_or_not_at_all(void **state)
{
        assert_parses("[s]\r\na = b c \r\n\r\n[t]\r\na=d", "s|a|b c;t|a|d;");
        assert_parses("[s]\na=b\r", "s|a|b;");
}

static void test_every_section_is_told_even_without_keys(void **state)
{
        assert_parses_by(&with_sections, "[a]\n[b ] # x\nk=v\n[b ]\n[]\n", "[a][b ]b |k|v;[b ][]");
}

static void test_a_comment_behind_a_value_is_one_where_the_handler_says_so(void **state)
{
        struct inifile_error error;
        char text[2048] = "";

        assert_parses("[s]\na = b ; c\nd = ; e\nf =;g\nh = i;j # k\nl = \t; m\n",
                      "s|a|b;s|d|;s|f|;g;s|h|i;j # k;s|l|;");
        assert_parses_by(&with_sections, "[s]\nf =;g\nh = i;j # k\n", "[s]s|f|;g;s|h|i;j # k;");
        assert_int_equal(
                inifile_parse((struct text){"[s]\na = b ; c\n", 14}, &with_sections, text, &error),
                -EBADMSG);
        assert_int_equal(error.line, 2);
        assert_string_equal(error.reason, "a blank and ';' in a value");
}

static void test_what_inih_would_leave_out_is_refused(void **state)
{
        assert_refused("[s] a=b\n", 8, 1, "behind ']'");
        assert_refused("[s]a\n", 5, 1, "behind ']'");
        assert_refused("[a ;b]\n", 7, 1, "in the name");
        assert_refused("[s]\n = b\n", 9, 2, "indented");
        assert_refused("[s]\n= b\n", 8, 2, "key = value");
        assert_refused("[s]\na ;b = c\n", 13, 2, "key = value");
        assert_parses("[s] ; c\n[t] # c\na=b\n", "t|a|b;");
}

/* inih takes each of these for blank, so a line that begins with one goes on with a value. */
static void test_every_blank_that_inih_knows_makes_an_indented_line(void **state)
{
        static const char blanks[] = " \t\v\f\r";

        for (size_t i = 0; i < strlen(blanks); i++) {
                char data[] = "[s]\na=b\n?c=d\n";

                data[8] = blanks[i];
                assert_refused(data, strlen(data), 3, "indented");
        }
}

static void test_a_byte_order_mark_is_refused(void **state)
{
        assert_refused("\xef\xbb\xbf[s]\na=b\n", 11, 1, "byte order mark");
        assert_parses("[s]\na=\xef\xbb\xbf\n", "s|a|\xef\xbb\xbf;");
}

static void test_no_byte_behind_the_last_is_looked_at(void **state)
{
        char *bytes = malloc(7), text[2048] = "";
        struct inifile_error error;

        memcpy(bytes, "[s]\na=b", 7);
        assert_int_equal(parse(bytes, 7, text, &error), 0);
        assert_string_equal(text, "s|a|b;");
        free(bytes);
}

/* The variables are the whole process's: what any of them changes must not be believed. */
static void test_other_rules_in_this_process_mislead_nobody(void **state)
{
        char *prefixes = ini_inline_comment_prefixes, *starts = ini_start_comment_prefixes;
        char hash[] = "#", equals[] = "[", letter[] = "a";

        ini_inline_comment_prefixes = hash;
        assert_refused("[s]\na = b # c\n", 14, 2, "something else");
        ini_inline_comment_prefixes = prefixes;

        ini_start_comment_prefixes = equals;
        assert_refused("[s]\na = b\n", 10, 2, "something else");
        assert_refused("# x = y\n", 8, 1, "something else");
        ini_start_comment_prefixes = letter;
        assert_refused("[s]\na = b\nc = d\n", 16, 2, "does not see a property");
        assert_refused("[s]\nc = d\na = b\n", 16, 3, "does not see a property");
        ini_start_comment_prefixes = starts;

        ini_allow_inline_comments = false;
        assert_refused("[s]\na = b ; c\n", 14, 2, "something else");
        ini_allow_inline_comments = true;

        ini_allow_multiline = false;
        assert_parses("[s]\na = b\nc=d\n", "s|a|b;s|c|d;");
        assert_refused("[s]\na=b\n  c=d\n", 14, 3, "indented");
        ini_allow_multiline = true;

        ini_use_stack = false;
        assert_parses("[s]\na = b\nc=d\n", "s|a|b;s|c|d;");
        ini_initial_alloc = 20;
        assert_parses("[s]\nkey = 123456789012\n", "s|key|123456789012;");
        assert_refused("[s]\nkey = 1234567890123\n", 24, 2, "line over 18 bytes");
        ini_initial_alloc = 200;
        ini_use_stack = true;
        assert_parses("[s]\na = b\n", "s|a|b;");
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
                TEST(test_a_line_may_end_in_crlf_or_not_at_all),
                TEST(test_every_section_is_told_even_without_keys),
                TEST(test_a_comment_behind_a_value_is_one_where_the_handler_says_so),
                TEST(test_what_inih_would_leave_out_is_refused),
                TEST(test_every_blank_that_inih_knows_makes_an_indented_line),
                TEST(test_a_byte_order_mark_is_refused),
                TEST(test_no_byte_behind_the_last_is_looked_at),
                TEST(test_other_rules_in_this_process_mislead_nobody),
                TEST(test_handler_refuses_with_the_line),
        };

        return TESTING_RUN(tests);
}
