/* SPDX-License-Identifier: MIT */
/* Edits of texts: a table of what comes out, byte by byte. */
#include "testing.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <string.h>

struct row {
        const char *text;
        cfgw_edit edit;
        const char *result; /* NULL: refused with `error` */
        int error;
};

#define TWO "a: x\n\tb 2\n\td 4\n\nb: y\n\tk  v  w \n"

static const struct row section_config_rows[] = {
        /* set: the value alone moves */
        {TWO, {"x", "b", "new"}, "a: x\n\tb new\n\td 4\n\nb: y\n\tk  v  w \n", 0},
        {TWO, {"y", "k", "n"}, "a: x\n\tb 2\n\td 4\n\nb: y\n\tk  n\n", 0},
        {TWO, {"x", "d", "4"}, TWO, 0},
        {TWO, {"x", "d", ""}, "a: x\n\tb 2\n\td \n\nb: y\n\tk  v  w \n", 0},
        {"a: x\n\tb \n", {"x", "b", "v"}, "a: x\n\tb v\n", 0},
        {"a: x\r\n  b\t1\r\n", {"x", "b", "2"}, "a: x\r\n  b\t2\r\n", 0},
        {"a: x\n\tb 1", {"x", "b", "2"}, "a: x\n\tb 2", 0},
        {"a: x\n\xc2\xa0ke\xc3\xa9\xe3\x80\x80v\n",
         {"x", "ke\xc3\xa9", "w"},
         "a: x\n\xc2\xa0ke\xc3\xa9\xe3\x80\x80w\n",
         0},
        {TWO, {"y", "k", "# ; [x] = \"\\"}, "a: x\n\tb 2\n\td 4\n\nb: y\n\tk  # ; [x] = \"\\\n", 0},

        /* set: a new key, in the order of bytes, as its neighbour is written */
        {TWO, {"x", "a", "1"}, "a: x\n\ta 1\n\tb 2\n\td 4\n\nb: y\n\tk  v  w \n", 0},
        {TWO, {"x", "c", "3"}, "a: x\n\tb 2\n\tc 3\n\td 4\n\nb: y\n\tk  v  w \n", 0},
        {TWO, {"x", "e", "5"}, "a: x\n\tb 2\n\td 4\n\te 5\n\nb: y\n\tk  v  w \n", 0},
        {TWO, {"y", "z", ""}, "a: x\n\tb 2\n\td 4\n\nb: y\n\tk  v  w \n\tz  \n", 0},
        {"a: x\n", {"x", "k", "v"}, "a: x\n\tk v\n", 0},
        {"a: x", {"x", "k", "v"}, "a: x\n\tk v\n", 0},
        {"a: x\n\tb 1", {"x", "k", "v"}, "a: x\n\tb 1\n\tk v\n", 0},
        {"a: x\r\n  b\t1\r\n", {"x", "c", "2"}, "a: x\r\n  b\t1\r\n  c\t2\r\n", 0},
        {"a: x\r\n  b\t1", {"x", "c", "2"}, "a: x\r\n  b\t1\r\n  c\t2\r\n", 0},
        {"a: x\n\tpath /\n\tcomment c\n",
         {"x", "gc", "daily"},
         "a: x\n\tpath /\n\tcomment c\n\tgc daily\n",
         0},

        /* remove a key */
        {TWO, {"x", "b", NULL}, "a: x\n\td 4\n\nb: y\n\tk  v  w \n", 0},
        {TWO, {"x", "d", NULL}, "a: x\n\tb 2\n\nb: y\n\tk  v  w \n", 0},
        {TWO, {"y", "k", NULL}, "a: x\n\tb 2\n\td 4\n\nb: y\n", 0},
        {"a: x\n\tb 1", {"x", "b", NULL}, "a: x\n", 0},
        {TWO, {"x", "k", NULL}, NULL, -ENOENT},
        {TWO, {"x", "D", NULL}, NULL, -ENOENT},

        /* remove a section, and the blank line that goes with it */
        {TWO, {"x", NULL, NULL}, "b: y\n\tk  v  w \n", 0},
        {TWO, {"y", NULL, NULL}, "a: x\n\tb 2\n\td 4\n", 0},
        {"a: x\n\n\n\nb: y\n\n\n\nc: z\n", {"y", NULL, NULL}, "a: x\n\n\n\n\n\nc: z\n", 0},
        {"a: x\n\nb: y\n\n", {"y", NULL, NULL}, "a: x\n", 0},
        {"a: x\n\nb: y", {"y", NULL, NULL}, "a: x\n", 0},
        {"a: x\n", {"x", NULL, NULL}, "", 0},
        {"a: x", {"x", NULL, NULL}, "", 0},
        {"\n\na: x", {"x", NULL, NULL}, "\n", 0},
        {"a: x\r\n\tb 1\r\n \r\nb: y\r\n", {"x", NULL, NULL}, "b: y\r\n", 0},

        /* a section that is there twice: the last one counts; removed are both */
        {"a: x\n\tk 1\n\na: x\n\tk 2\n", {"x", "k", "3"}, "a: x\n\tk 1\n\na: x\n\tk 3\n", 0},
        {"a: x\n\tk 1\n\na: x\n\tj 2\n", {"x", "k", NULL}, NULL, -ENOENT},
        {"a: x\n\tk 1\n\nb: y\n\na: x\n\tk 2\n", {"x", NULL, NULL}, "b: y\n", 0},

        /* what there is not */
        {TWO, {"z", "k", "v"}, NULL, -ENOENT},
        {TWO, {"z", NULL, NULL}, NULL, -ENOENT},
        {"", {"x", "k", "v"}, NULL, -ENOENT},

        /* what cannot be written */
        {TWO, {"x", "b", "1\n\tc 2"}, NULL, -EINVAL},
        {TWO, {"x", "b", "1\rc"}, NULL, -EINVAL},
        {TWO, {"x", "b", "\t"}, NULL, -EINVAL},
        {TWO, {"x", "b", "a\tb"}, NULL, -EINVAL},
        {TWO, {"x", "b", "\x1b[0m"}, NULL, -EINVAL},
        {TWO, {"x", "b", "a\x7f"}, NULL, -EINVAL},
        {TWO, {"x", "b", "a\xc2\x85"}, NULL, -EINVAL},
        {TWO, {"x", "b", " blank"}, NULL, -EINVAL},
        {TWO, {"x", "b", "blank "}, NULL, -EINVAL},
        {TWO, {"x", "b", "\xc2\xa0"}, NULL, -EINVAL},
        {TWO, {"x", "b", "bad \xff"}, NULL, -EINVAL},
        {TWO, {"x", "", "v"}, NULL, -EINVAL},
        {TWO, {"x", "two words", "v"}, NULL, -EINVAL},
        {TWO, {"x", " k", "v"}, NULL, -EINVAL},
        {TWO, {"x", "k\n", "v"}, NULL, -EINVAL},
        {TWO, {"x", "k\xc2\xa0", "v"}, NULL, -EINVAL},
        {TWO, {"x", NULL, "v"}, NULL, -EINVAL},
        {TWO, {NULL, "k", "v"}, NULL, -EINVAL},
};

#define INI "; head\n[x]\n; about b\nb = 2\n\nd=4\n\n; about y\n[t: y]\nk :  v  w \n"

static const struct row ini_rows[] = {
        /* set: the value alone moves, and comments stay */
        {INI,
         {"x", "b", "new # 1"},
         "; head\n[x]\n; about b\nb = new # 1\n\nd=4\n\n; about y\n[t: y]\nk :  v  w \n",
         0},
        {INI,
         {"x", "d", ""},
         "; head\n[x]\n; about b\nb = 2\n\nd=\n\n; about y\n[t: y]\nk :  v  w \n",
         0},
        {INI,
         {"y", "k", "a = b"},
         "; head\n[x]\n; about b\nb = 2\n\nd=4\n\n; about y\n[t: y]\nk :  a = b\n",
         0},
        {"[x]\r\nb = 1\r\n", {"x", "b", "2"}, "[x]\r\nb = 2\r\n", 0},
        {"[x]\nb =", {"x", "b", "2"}, "[x]\nb =2", 0},
        /* White space of Unicode is part of a value. */
        {"[x]\nb = \xc2\xa0v\n", {"x", "b", "2"}, "[x]\nb = 2\n", 0},
        {"[x]\nb = 1\n", {"x", "b", "\xc2\xa0v"}, "[x]\nb = \xc2\xa0v\n", 0},
        {"[x]\ntwo words = 1\n", {"x", "two words", "2"}, "[x]\ntwo words = 2\n", 0},

        /* set: a new key, as its neighbour is written */
        {INI,
         {"x", "c", "3"},
         "; head\n[x]\n; about b\nb = 2\nc = 3\n\nd=4\n\n; about y\n[t: y]\nk :  v  w \n",
         0},
        {INI,
         {"x", "e", "5"},
         "; head\n[x]\n; about b\nb = 2\n\nd=4\ne=5\n\n; about y\n[t: y]\nk :  v  w \n",
         0},
        {"[x]\n", {"x", "k", "v"}, "[x]\nk = v\n", 0},
        {"[x]", {"x", "k", "v"}, "[x]\nk = v\n", 0},
        {"[x]\r\nb = 1", {"x", "c", "2"}, "[x]\r\nb = 1\r\nc = 2\r\n", 0},

        /* remove */
        {INI,
         {"x", "b", NULL},
         "; head\n[x]\n; about b\n\nd=4\n\n; about y\n[t: y]\nk :  v  w \n",
         0},
        {INI, {"x", NULL, NULL}, "; head\n; about y\n[t: y]\nk :  v  w \n", 0},
        {INI, {"y", NULL, NULL}, "; head\n[x]\n; about b\nb = 2\n\nd=4\n\n; about y\n", 0},
        {INI, {"z", NULL, NULL}, NULL, -ENOENT},
        {INI, {"y", "b", NULL}, NULL, -ENOENT},

        /* what cannot be written */
        {INI, {"x", "b", "a ;b"}, NULL, -EINVAL},
        {INI, {"x", "b", ";"}, NULL, -EINVAL},
        {INI, {"x", "b", " blank"}, NULL, -EINVAL},
        {INI, {"x", "a=b", "1"}, NULL, -EINVAL},
        {INI, {"x", "a:b", "1"}, NULL, -EINVAL},
        {INI, {"x", "[z]", "1"}, NULL, -EINVAL},
        {INI, {"x", "#a", "1"}, NULL, -EINVAL},
        {INI, {"x", ";a", "1"}, NULL, -EINVAL},
        {INI, {"x", " a", "1"}, NULL, -EINVAL},
        {INI, {"x", "b", "1\n[z]"}, NULL, -EINVAL},
        {INI, {"x", "a-key-that-has-one-byte-more-than-libinih-can-take-", "1"}, NULL, -EINVAL},
};

/* By way of a file at @path. */
static const cfgw_config *parse(const char *path, const char *text, unsigned int flags)
{
        const cfgw_config *config;

        testing_write_file(path, text);
        assert_int_equal(cfgw_config_load(path, "other", flags, &config, NULL), 0);
        return config;
}

static void assert_row(const struct row *row, const cfgw_config *config)
{
        _cleanup_free_ char *result = NULL;
        size_t size = 0;
        int r = cfgw_text_edit(row->text, strlen(row->text), config, &row->edit, &result, &size);

        if (r != row->error || !row->result != !result ||
            (result && strcmp(result, row->result) != 0))
                fail_msg("%s = %s in\n%s: %d\n%s", row->edit.key, row->edit.value, row->text, r,
                         result ? result : "(none)");
        assert_int_equal(result ? strlen(result) : 0, size);
}

static void assert_rows(const char *work, const struct row *rows, size_t count, unsigned int flags)
{
        for (size_t i = 0; i < count; i++) {
                const cfgw_config *config = parse(work, rows[i].text, flags);

                assert_row(&rows[i], config);
                cfgw_config_unref(config);
        }
}

static void each_edit_of_section_config_gives_what_the_table_says(void **state)
{
        assert_rows(testing_path(state, "work"), section_config_rows, ELEMENTS(section_config_rows),
                    CFGW_LOAD_STRICT);
}

static void each_edit_of_ini_gives_what_the_table_says(void **state)
{
        assert_rows(testing_path(state, "work"), ini_rows, ELEMENTS(ini_rows),
                    CFGW_LOAD_STRICT | CFGW_LOAD_INI);
}

/* 198 bytes are what a line of INI may have. */
static void a_line_that_ini_cannot_take_is_refused(void **state)
{
        const char *text = "[x]\nk = v\n";
        const cfgw_config *config = parse(testing_path(state, "work"), text, CFGW_LOAD_INI);
        char value[196] = "";
        cfgw_edit edit = {"x", "k", value};
        _cleanup_free_ char *result = NULL;
        size_t size;

        memset(value, 'v', 195);
        assert_int_equal(cfgw_text_edit(text, strlen(text), config, &edit, &result, &size),
                         -EINVAL);
        value[194] = '\0';
        assert_int_equal(cfgw_text_edit(text, strlen(text), config, &edit, &result, &size), 0);
        assert_int_equal(size, strlen("[x]\n") + 198 + 1);
        cfgw_config_unref(config);
}

static int remove_of_many(void **state, size_t count, size_t *ret_size)
{
        static const char section[] = "a: x\n\n";
        const cfgw_edit removal = {"x", NULL, NULL};
        size_t length = strlen(section);
        _cleanup_free_ char *text = calloc(count, length + 1), *result = NULL;
        const cfgw_config *config;
        int r;

        assert_non_null(text);
        for (size_t i = 0; i < count; i++)
                memcpy(text + i * length, section, length);
        config = parse(testing_path(state, "work"), text, 0);
        r = cfgw_text_edit(text, count * length, config, &removal, &result, ret_size);
        cfgw_config_unref(config);
        return r;
}

/* The work grows with the square of their number. */
static void a_section_that_is_there_too_often_is_not_removed(void **state)
{
        size_t size = 1;

        assert_int_equal(remove_of_many(state, 1000, &size), 0);
        assert_int_equal(size, 0);
        assert_int_equal(remove_of_many(state, 1001, &size), -EINVAL);
}

static void a_config_of_another_text_is_refused(void **state)
{
        const cfgw_config *config = parse(testing_path(state, "work"), "a: x\n\tk 1\n", 0);
        const cfgw_edit edit = {"x", "k", "2"};
        size_t size;
        char *text;

        assert_int_equal(cfgw_text_edit("a: x\n\n", 6, config, &edit, &text, &size), -EINVAL);
        assert_int_equal(cfgw_text_edit(NULL, 0, config, &edit, &text, &size), -EINVAL);
        cfgw_config_unref(config);
}

static void bad_arguments_are_refused(void **state)
{
        const cfgw_config *config = parse(testing_path(state, "work"), "a: x\n", 0);
        const cfgw_edit edit = {"x", "k", "2"};
        size_t size;
        char *text;

        assert_int_equal(cfgw_text_edit(NULL, 5, config, &edit, &text, &size), -EINVAL);
        assert_int_equal(cfgw_text_edit("a: x\n", 5, NULL, &edit, &text, &size), -EINVAL);
        assert_int_equal(cfgw_text_edit("a: x\n", 5, config, NULL, &text, &size), -EINVAL);
        assert_int_equal(cfgw_text_edit("a: x\n", 5, config, &edit, NULL, &size), -EINVAL);
        assert_int_equal(cfgw_text_edit("a: x\n", 5, config, &edit, &text, NULL), -EINVAL);
        cfgw_config_unref(config);
}

/* Whether a value is one of its schema is told when the file is replaced, with the line. */
static void what_the_schema_refuses_is_not_told_here(void **state)
{
        const char *text = "datastore: store\n\tpath /1\n", *path = testing_path(state, "text");
        const cfgw_edit edit = {"store", "keep-last", "0"};
        _cleanup_free_ char *result = NULL;
        const cfgw_config *config;
        size_t size;

        testing_write_file(path, text);
        assert_int_equal(cfgw_config_load(path, "datastore", 0, &config, NULL), 0);
        assert_int_equal(cfgw_text_edit(text, strlen(text), config, &edit, &result, &size), 0);
        assert_string_equal(result, "datastore: store\n\tkeep-last 0\n\tpath /1\n");
        cfgw_config_unref(config);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(each_edit_of_section_config_gives_what_the_table_says),
                TEST(each_edit_of_ini_gives_what_the_table_says),
                TEST(a_line_that_ini_cannot_take_is_refused),
                TEST(a_section_that_is_there_too_often_is_not_removed),
                TEST(a_config_of_another_text_is_refused),
                TEST(bad_arguments_are_refused),
                TEST(what_the_schema_refuses_is_not_told_here),
        };

        return TESTING_RUN(tests);
}
