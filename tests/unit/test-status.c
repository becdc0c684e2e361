/* SPDX-License-Identifier: MIT */
#include "names.h"
#include "status.h"
#include "testing.h"

#include <string.h>

static void the_getters_give_what_was_set(void **state)
{
        cfgw_status status = {
                .freshness = CFGW_FRESHNESS_LAST_GOOD,
                .state = CFGW_STATE_INVALID,
                .generation = 43,
                .epoch = 7,
                .since_usec = 1000,
                .line = 12,
        };
        cfgw_status *copy;

        status_set_reason(&status, "unknown key '%s'", "paht");
        assert_int_equal(status_copy(&status, &copy), 0);
        assert_int_equal(cfgw_status_freshness(copy), CFGW_FRESHNESS_LAST_GOOD);
        assert_int_equal(cfgw_status_state(copy), CFGW_STATE_INVALID);
        assert_int_equal(cfgw_status_generation(copy), 43);
        assert_int_equal(cfgw_status_epoch(copy), 7);
        assert_int_equal(cfgw_status_since_usec(copy), 1000);
        assert_int_equal(cfgw_status_line(copy), 12);
        assert_string_equal(cfgw_status_reason(copy), "unknown key 'paht'");
        assert_null(cfgw_status_free(copy));
}

static void null_tells_nothing(void **state)
{
        assert_int_equal(cfgw_status_freshness(NULL), CFGW_FRESHNESS_NONE);
        assert_int_equal(cfgw_status_state(NULL), CFGW_STATE_UNKNOWN);
        assert_int_equal(cfgw_status_generation(NULL), 0);
        assert_int_equal(cfgw_status_epoch(NULL), 0);
        assert_int_equal(cfgw_status_since_usec(NULL), 0);
        assert_int_equal(cfgw_status_line(NULL), 0);
        assert_null(cfgw_status_reason(NULL));
        assert_null(cfgw_status_free(NULL));
}

static void no_reason_is_null(void **state)
{
        cfgw_status status = {.state = CFGW_STATE_VALID};

        assert_null(cfgw_status_reason(&status));
}

static void a_long_reason_is_cut_between_characters(void **state)
{
        char text[600];
        cfgw_status status;

        for (size_t lead = 0; lead < 4; lead++) {
                memset(text, 'x', lead);
                text[lead] = '\0';
                while (strlen(text) + 3 < sizeof(text))
                        strcat(text, "€");
                status_set_reason(&status, "%s", text);
                assert_true(utf8_valid(status.reason, strlen(status.reason)));
                assert_true(strlen(status.reason) > BOARD_REASON_MAX - 3);
                assert_int_equal(strncmp(status.reason, text, strlen(status.reason)), 0);
        }
        status_set_reason(&status, "half \xc3");
        assert_string_equal(status.reason, "half ");
}

static void only_what_matters_makes_two_differ(void **state)
{
        cfgw_status a = {.state = CFGW_STATE_INVALID, .line = 1}, b = a;

        b.since_usec = 9;
        b.generation = 9;
        assert_true(status_equal(&a, &b));
        b.line = 2;
        assert_false(status_equal(&a, &b));
        b = a;
        b.freshness = CFGW_FRESHNESS_OWN;
        assert_false(status_equal(&a, &b));
        b = a;
        status_set_reason(&b, "x");
        assert_false(status_equal(&a, &b));
        b = a;
        b.state = CFGW_STATE_MISSING;
        assert_false(status_equal(&a, &b));
}

static void names_are_there_for_all_and_back(void **state)
{
        cfgw_format format;
        cfgw_state known;

        for (int i = CFGW_STATE_UNKNOWN; i <= CFGW_STATE_UNSTORED; i++) {
                assert_int_equal(state_from_name(cfgw_state_name((cfgw_state)i), &known), 0);
                assert_int_equal(known, i);
        }
        assert_true(state_from_name("great", &known) < 0);
        assert_string_equal(cfgw_state_name((cfgw_state)99), "unknown");
        assert_string_equal(cfgw_state_name((cfgw_state)-1), "unknown");
        assert_string_equal(cfgw_freshness_name(CFGW_FRESHNESS_LAST_GOOD), "last-good");
        assert_string_equal(cfgw_freshness_name((cfgw_freshness)99), "none");
        for (int i = CFGW_FORMAT_SECTION_CONFIG; i <= CFGW_FORMAT_INI; i++) {
                assert_int_equal(format_from_name(format_name((cfgw_format)i), &format), 0);
                assert_int_equal(format, i);
        }
        assert_true(format_from_name("toml", &format) < 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_getters_give_what_was_set),
                TEST(null_tells_nothing),
                TEST(no_reason_is_null),
                TEST(a_long_reason_is_cut_between_characters),
                TEST(only_what_matters_makes_two_differ),
                TEST(names_are_there_for_all_and_back),
        };

        return TESTING_RUN(tests);
}
