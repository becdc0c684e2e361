/* SPDX-License-Identifier: MIT */

/* What is a calendar event, and which sets it means. */

#include "calendar_event.h"
#include "testing.h"

#include <errno.h>
#include <string.h>

static struct text text(const char *string)
{
        return (struct text){string, strlen(string)};
}

static struct calendar_event parse(const char *string)
{
        struct calendar_event event;

        if (calendar_event_parse(text(string), &event, NULL) != 0)
                fail_msg("'%s' is refused", string);
        return event;
}

static void assert_same(const char *one, const char *other)
{
        struct calendar_event first = parse(one), second = parse(other);

        if (first.utc != second.utc || first.weekdays != second.weekdays ||
            first.seconds != second.seconds || first.minutes != second.minutes ||
            first.hours != second.hours || first.days != second.days ||
            first.months != second.months ||
            memcmp(first.years, second.years, sizeof(first.years)) != 0)
                fail_msg("'%s' is not '%s'", one, other);
}

/* Each pair means the same. */
static const char *const pairs[][2] = {
        {"minutely", "*-*-* *:*:00"},
        {"hourly", "*-*-* *:00:00"},
        {"daily", "*-*-* 00:00:00"},
        {"weekly", "mon *-*-* 00:00:00"},
        {"monthly", "*-*-01 00:00:00"},
        {"quarterly", "*-01,04,07,10-01 00:00:00"},
        {"semiannually", "*-01,07-01 00:00:00"},
        {"semi-annually", "semiannually"},
        {"yearly", "*-01-01 00:00:00"},
        {"annually", "yearly"},
        {"daily UTC", "0:0 UTC"},
        {"dailyUTC", "0:0   UTC"},
        {"mon", "mon 0:0:0"},
        {"Monday", "MON"},
        {"mon..fri", "mon,tue,wed,thu,fri"},
        {"sat..mon", "sat,sun,mon"},
        {"sun..sat", "mon..sun"},
        {"mon..sun 4:00", "4:00"},
        {"tue..tue", "tue"},
        {"fri,mon..wed,fri", "monday..wednesday,friday"},
        {"mon04:00", "mon  \t 4:0:0"},
        {"*-5", "*-*-05"},
        {"1-5", "*-1-5"},
        {"*-*-* 4:00", "*-*-*4:00"},
        {"30", "*:30:00"},
        {"*", "*:*:00"},
        {"*/5", "*:0/5"},
        {"*/5", "0/5"},
        {"*/5", "0,5,10,15,20,25,30,35,40,45,50,55"},
        {"4..10/3:0", "4,7,10:0"},
        {"4..9/3:0", "4,7:0"},
        {"22/3:0", "22:0"},
        {"8/0:0", "8:0"},
        {"8..12/0:0", "8:0"},
        {"*-*/5-1", "*-1,6,11-1"},
        {"*-*-*/10", "*-*-1,11,21,31"},
        {"*-0-0", "*-0-0 00:00"},
        {"2020/10-1-1", "2020,2030,2040,2050,2060,2070,2080,2090,2100,2110,2120,2130,2140,2150,"
                        "2160,2170,2180,2190-1-1"},
        {"0/2000-1-1", "2000-1-1"},
        {"5,1,5,3:7", "1,3,5:7"},
        {"1..3,2..5:0", "1..5:0"},
        {"0..23:0..59:0..59", "*:*:*"},
        {"000000004:0", "4:0"},
        /* a first part that is no hour: minute and second, as Proxmox Backup reads it */
        {"24:00", "*:24:00"},
        {"59:59", "*:59:59"},
        {"1,30:00", "*:1,30:00"},
        {"1..30:00", "*:1..30:00"},
};

static void each_has_another_way_to_be_said(void **state)
{
        for (size_t i = 0; i < ELEMENTS(pairs); i++)
                assert_same(pairs[i][0], pairs[i][1]);
}

static void each_part_is_a_set_of_its_own(void **state)
{
        struct calendar_event event = parse("tue,sun 2027..2028-2/4-3,30 1,2:4..6:*/20 UTC");

        assert_true(event.utc);
        assert_int_equal(event.weekdays, 1 << 1 | 1 << 6);
        assert_int_equal(event.years[0], UINT64_C(3) << (2027 - CALENDAR_YEAR_MIN));
        assert_int_equal(event.years[1] | event.years[2] | event.years[3], 0);
        assert_int_equal(event.months, 1 << 2 | 1 << 6 | 1 << 10);
        assert_int_equal(event.days, 1 << 3 | 1 << 30);
        assert_int_equal(event.hours, 1 << 1 | 1 << 2);
        assert_int_equal(event.minutes, 1 << 4 | 1 << 5 | 1 << 6);
        assert_int_equal(event.seconds, UINT64_C(1) | UINT64_C(1) << 20 | UINT64_C(1) << 40);
        assert_false(parse("4:00").utc);
        assert_int_equal(parse("4:00").weekdays, 0x7f);
}

static void each_part_ends_at_its_last_value(void **state)
{
        static const char *const good[] = {"23:59:59", "0:0:0",  "59",        "2199-12-31",
                                           "*-1-1",    "*:0/59", "0/23:0",    "*-*-1/31",
                                           "*-1/12-1", "12-31",  "*/2199-1-1"};
        static const char *const bad[] = {
                "60",        "0:60",      "0:0:60",    "24:60",       "24:0:0",      "60:0",
                "2200-1-1",  "*-13-1",    "*-1-32",    "13-1",        "12-32",       "*:0/60",
                "0/24:0:0",  "*:*:0/60",  "*-*-1/32",  "*-1/13-1",    "*/2200-1-1",  "*:0..60",
                "0..24:0:0", "*-1..13-1", "*-*-1..32", "99999999999", "0:4294967296"};

        for (size_t i = 0; i < ELEMENTS(good); i++)
                parse(good[i]);
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                struct calendar_event event;

                if (calendar_event_parse(text(bad[i]), &event, NULL) != -EBADMSG)
                        fail_msg("'%s' is taken", bad[i]);
        }
}

static void what_is_left_over_is_told(void **state)
{
        static const char *const cases[][2] = {
                {"", ""},
                {"UTC", ""},
                {"daily 04:15", "daily 04:15"},
                {"Daily", "Daily"},
                {"mo", "mo"},
                {"mond", "mond"},
                {"mon-fri", "-fri"},
                {"mon..", ".."},
                {"mon,", ","},
                {"mon, tue", ", tue"},
                {"mon 4:00 x", " x"},
                {"mon 4:00 utc", " utc"},
                {"4:00 Europe/Berlin", " Europe/Berlin"},
                {" 4:00", " 4:00"},
                {"4:", "4:"},
                {"4:00:", ":"},
                {"4 :00", " :00"},
                {"4:00.5", ".5"},
                {"5..3:0", "5..3:0"},
                {"4-", "-"},
                {"*-*~1", "~1"},
                {"2020-1-1T4:00", "T4:00"},
                {"*/0:0", "/0:0"},
                {"*/", "*/"},
                {"1/", "1/"},
                {"-1", "-1"},
                {"+1", "+1"},
                {"4:*,5", ",5"},
                {"4:5,*", ",*"},
                {"*:0 mon", " mon"},
                {"@0", "@0"},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct calendar_event event;
                struct reason reason, expected;

                if (calendar_event_parse(text(cases[i][0]), &event, &reason) != -EBADMSG)
                        fail_msg("'%s' is taken", cases[i][0]);
                reason_set(&expected, "unable to parse calendar event at '%s'", cases[i][1]);
                assert_string_equal(reason.text, expected.text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(each_has_another_way_to_be_said),
                TEST(each_part_is_a_set_of_its_own),
                TEST(each_part_ends_at_its_last_value),
                TEST(what_is_left_over_is_told),
        };

        return TESTING_RUN(tests);
}
