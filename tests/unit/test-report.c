/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "testing.h"

#include <errno.h>
#include <string.h>

static cfgw_report *make(void)
{
        cfgw_report *report;

        assert_int_equal(report_new(&report), 0);
        return report;
}

static void a_new_report_is_empty(void **state)
{
        cfgw_report *report = make();

        assert_int_equal(cfgw_report_count(report), 0);
        assert_int_equal(cfgw_report_line(report, 0), 0);
        assert_false(cfgw_report_is_error(report, 0));
        assert_null(cfgw_report_message(report, 0));
        assert_null(report_get_error(report, NULL));
        assert_null(cfgw_report_free(report));
}

static void problems_come_in_order_and_the_error_last(void **state)
{
        cfgw_report *report = make();
        uint32_t line = 0;

        report_warning(report, 3, "odd %s", "key");
        assert_null(report_get_error(report, &line));
        assert_int_equal(report_error(report, 7, "bad %d", 5), -EBADMSG);
        assert_int_equal(cfgw_report_count(report), 2);
        assert_int_equal(cfgw_report_line(report, 0), 3);
        assert_false(cfgw_report_is_error(report, 0));
        assert_string_equal(cfgw_report_message(report, 0), "odd key");
        assert_int_equal(cfgw_report_line(report, 1), 7);
        assert_true(cfgw_report_is_error(report, 1));
        assert_string_equal(report_get_error(report, &line), "bad 5");
        assert_int_equal(line, 7);
        assert_null(cfgw_report_message(report, 2));
        cfgw_report_free(report);
}

static void only_the_first_error_counts(void **state)
{
        cfgw_report *report = make();

        assert_int_equal(report_error(report, 1, "first"), -EBADMSG);
        assert_int_equal(report_error(report, 2, "second"), -EBADMSG);
        assert_int_equal(cfgw_report_count(report), 1);
        assert_string_equal(report_get_error(report, NULL), "first");
        cfgw_report_free(report);
}

static void an_error_finds_room_behind_all_warnings(void **state)
{
        cfgw_report *report = make();

        for (uint32_t i = 1; i <= 2 * REPORT_PROBLEMS_MAX; i++)
                report_warning(report, i, "warning");
        assert_int_equal(cfgw_report_count(report), REPORT_PROBLEMS_MAX);
        assert_int_equal(cfgw_report_line(report, REPORT_PROBLEMS_MAX - 1), REPORT_PROBLEMS_MAX);
        report_error(report, 999, "error");
        assert_int_equal(cfgw_report_count(report), REPORT_PROBLEMS_MAX + 1);
        assert_string_equal(report_get_error(report, NULL), "error");
        cfgw_report_free(report);
}

static void a_long_message_is_cut_between_characters(void **state)
{
        cfgw_report *report = make();
        char text[2 * REPORT_MESSAGE_MAX];
        const char *message;

        memset(text, 'x', sizeof(text));
        text[sizeof(text) - 1] = '\0';
        memcpy(text + REPORT_MESSAGE_MAX - 2, "\xe2\x82\xac", 3); /* across the cut */
        report_warning(report, 1, "%s", text);
        message = cfgw_report_message(report, 0);
        assert_int_equal(strlen(message), REPORT_MESSAGE_MAX - 2);
        assert_true(utf8_valid(message, strlen(message)));

        memcpy(text + REPORT_MESSAGE_MAX - 3, "\xe2\x82\xac", 3); /* right before it */
        text[REPORT_MESSAGE_MAX] = '\0';
        report_error(report, 1, "%s", text);
        assert_int_equal(strlen(report_get_error(report, NULL)), REPORT_MESSAGE_MAX);
        cfgw_report_free(report);
}

static void no_report_is_no_problem(void **state)
{
        report_warning(NULL, 1, "lost");
        assert_int_equal(report_error(NULL, 1, "lost"), -EBADMSG);
        assert_null(report_get_error(NULL, NULL));
        assert_int_equal(cfgw_report_count(NULL), 0);
        assert_int_equal(cfgw_report_line(NULL, 0), 0);
        assert_false(cfgw_report_is_error(NULL, 0));
        assert_null(cfgw_report_message(NULL, 0));
        assert_null(cfgw_report_free(NULL));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_new_report_is_empty),
                TEST(problems_come_in_order_and_the_error_last),
                TEST(only_the_first_error_counts),
                TEST(an_error_finds_room_behind_all_warnings),
                TEST(a_long_message_is_cut_between_characters),
                TEST(no_report_is_no_problem),
        };

        return TESTING_RUN(tests);
}
