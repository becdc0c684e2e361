/* SPDX-License-Identifier: MIT */
#include "client/config.h" /* not the one of autoconf */

#include "parse.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>

#define ONE "datastore: one\n\tpath /1\n\tcomment first\n\n"
#define TWO "datastore: two\n\tpath /2\n\n"

static const cfgw_config *config_of(const char *text)
{
        struct parse parse = parse_text(text, CFGW_LOAD_TOLERANT);
        struct snapshot *snapshot = STEAL(parse.snapshot);
        const cfgw_config *config;

        assert_int_equal(parse.result, 0);
        parse_clear(&parse);
        assert_int_equal(config_new_from_heap(snapshot, &config), 0);
        return config;
}

static const char *or_none(const char *text)
{
        return text ? text : "-";
}

/* One line for each entry: "CHANGE SECTION KEY BEFORE AFTER", "-" for NULL. */
static void describe(const cfgw_diff *diff, char *to, size_t size)
{
        static const char marks[] = "?+-~";
        FILE *stream = fmemopen(to, size, "w");

        assert_non_null(stream);
        for (size_t i = 0; i < cfgw_diff_count(diff); i++)
                fprintf(stream, "%c %s %s %s %s\n", marks[cfgw_diff_change(diff, i)],
                        cfgw_diff_section(diff, i), or_none(cfgw_diff_key(diff, i)),
                        or_none(cfgw_diff_before(diff, i)), or_none(cfgw_diff_after(diff, i)));
        fputc('\0', stream);
        fclose(stream);
}

static void assert_diff(const char *before, const char *after, const char *expected)
{
        const cfgw_config *a = before ? config_of(before) : NULL;
        const cfgw_config *b = after ? config_of(after) : NULL;
        char told[1024];
        cfgw_diff *diff;

        assert_int_equal(cfgw_config_diff(a, b, &diff), 0);
        cfgw_config_unref(a); /* the diff keeps both */
        cfgw_config_unref(b);
        describe(diff, told, sizeof(told));
        assert_string_equal(told, expected);
        assert_null(cfgw_diff_free(diff));
}

static void equal_contents_differ_in_nothing(void **state)
{
        assert_diff("", "", "");
        assert_diff(ONE TWO, ONE TWO, "");
        assert_diff(NULL, NULL, "");
        assert_diff(NULL, "", "");
}

static void order_and_lines_do_not_count(void **state)
{
        assert_diff(ONE TWO, "\n\n" TWO ONE, "");
        assert_diff(ONE, "datastore: one\n\tcomment first\n\tpath /1\n", "");
}

static void sections_are_added_and_removed_as_a_whole(void **state)
{
        assert_diff(ONE, ONE TWO, "+ two - - datastore\n");
        assert_diff(ONE TWO, TWO, "- one - datastore -\n");
        assert_diff(ONE, TWO, "+ two - - datastore\n- one - datastore -\n");
        assert_diff(NULL, ONE TWO, "+ one - - datastore\n+ two - - datastore\n");
        assert_diff(ONE TWO, NULL, "- one - datastore -\n- two - datastore -\n");
}

static void a_changed_section_is_followed_by_its_keys(void **state)
{
        assert_diff(ONE TWO, "datastore: one\n\tpath /new\n\tcomment first\n\n" TWO,
                    "~ one - datastore datastore\n"
                    "~ one path /1 /new\n");
        assert_diff(ONE, "datastore: one\n\tpath /1\n\tgc-schedule daily\n",
                    "~ one - datastore datastore\n"
                    "+ one gc-schedule - daily\n"
                    "- one comment first -\n");
        assert_diff(ONE, "datastore: one\n\tpath /1\n",
                    "~ one - datastore datastore\n"
                    "- one comment first -\n");
        assert_diff(TWO, "datastore: two\n\tcomment \n\tpath /2\n",
                    "~ two - datastore datastore\n"
                    "+ two comment - \n");
}

static void as_many_keys_as_before_may_be_others(void **state)
{
        assert_diff("datastore: one\n\tpath /1\n\tnotify gc=never\n",
                    "datastore: one\n\tpath /1\n\ttuning sync-level=none\n",
                    "~ one - datastore datastore\n"
                    "+ one tuning - sync-level=none\n"
                    "- one notify gc=never -\n");
}

static void a_changed_type_is_a_change_of_its_own(void **state)
{
        assert_diff(TWO, "future: two\n\tpath /2\n", "~ two - datastore future\n");
        assert_diff(TWO, "future: two\n\tpath /3\n",
                    "~ two - datastore future\n"
                    "~ two path /2 /3\n");
}

static void changes_come_in_the_new_order(void **state)
{
        assert_diff("datastore: aaa\n\tpath /a\n\n"
                    "datastore: bbb\n\tpath /b\n\n"
                    "datastore: ccc\n\tpath /c\n\n"
                    "datastore: ddd\n\tpath /d\n",
                    "datastore: ddd\n\tpath /x\n\n"
                    "datastore: eee\n\tpath /e\n\n"
                    "datastore: bbb\n\tpath /y\n",
                    "~ ddd - datastore datastore\n"
                    "~ ddd path /d /x\n"
                    "+ eee - - datastore\n"
                    "~ bbb - datastore datastore\n"
                    "~ bbb path /b /y\n"
                    "- aaa - datastore -\n"
                    "- ccc - datastore -\n");
}

static void what_is_out_of_range_is_nothing(void **state)
{
        cfgw_diff *diff;

        assert_int_equal(cfgw_config_diff(NULL, NULL, NULL), -EINVAL);
        assert_int_equal(cfgw_config_diff(NULL, NULL, &diff), 0);
        assert_int_equal(cfgw_diff_change(diff, 0), 0);
        assert_null(cfgw_diff_section(diff, 0));
        assert_null(cfgw_diff_key(diff, 0));
        assert_null(cfgw_diff_before(diff, 0));
        assert_null(cfgw_diff_after(diff, 0));
        cfgw_diff_free(diff);
        assert_int_equal(cfgw_diff_count(NULL), 0);
        assert_null(cfgw_diff_section(NULL, 0));
        assert_null(cfgw_diff_free(NULL));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(equal_contents_differ_in_nothing),
                TEST(order_and_lines_do_not_count),
                TEST(sections_are_added_and_removed_as_a_whole),
                TEST(a_changed_section_is_followed_by_its_keys),
                TEST(as_many_keys_as_before_may_be_others),
                TEST(a_changed_type_is_a_change_of_its_own),
                TEST(changes_come_in_the_new_order),
                TEST(what_is_out_of_range_is_nothing),
        };

        return TESTING_RUN(tests);
}
