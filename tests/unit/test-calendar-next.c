/* SPDX-License-Identifier: MIT */

/*
 * When a calendar event is due next: by cases of our own, and side by side with
 * systemd-analyze, which the comparisons skip without.
 */

#include "calendar_event.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct text text(const char *string)
{
        return (struct text){string, strlen(string)};
}

static void set_zone(const char *zone)
{
        assert_int_equal(setenv("TZ", zone, 1), 0);
}

/* "2026-03-29 00:40:00", in UTC. */
static uint64_t instant(const char *string)
{
        struct tm tm = {.tm_year = 0};

        assert_non_null(strptime(string, "%Y-%m-%d %H:%M:%S", &tm));
        return (uint64_t)timegm(&tm) * USEC_PER_SEC;
}

static uint64_t next_of(const char *string, uint64_t after_usec)
{
        struct calendar_event event;

        if (calendar_event_parse(text(string), &event, NULL) != 0)
                fail_msg("'%s' is refused", string);
        return calendar_event_next(&event, after_usec);
}

static void assert_next(const char *string, const char *after, const char *expected)
{
        uint64_t next = next_of(string, instant(after));
        time_t seconds = (time_t)(next / USEC_PER_SEC);
        char found[32] = "never";
        struct tm tm;

        if (next != USEC_NEVER)
                strftime(found, sizeof(found), "%Y-%m-%d %H:%M:%S", gmtime_r(&seconds, &tm));
        if (strcmp(found, expected) != 0)
                fail_msg("'%s' after %s is %s and not %s", string, after, found, expected);
}

static void the_next_time_is_later(void **state)
{
        uint64_t hour = instant("2026-01-01 01:00:00");

        set_zone("UTC");
        assert_int_equal(next_of("hourly", hour), hour + 3600 * USEC_PER_SEC);
        assert_int_equal(next_of("hourly", hour - 1), hour);
        assert_int_equal(next_of("*:*:*", hour), hour + USEC_PER_SEC);
        assert_int_equal(next_of("*:*:*", hour + 1), hour + USEC_PER_SEC);
        assert_int_equal(next_of("*:*:*", 0), USEC_PER_SEC);
}

static void the_calendar_carries_over(void **state)
{
        set_zone("UTC");
        assert_next("2:30", "2026-02-28 02:30:00", "2026-03-01 02:30:00");
        assert_next("*:59:59", "2026-12-31 23:59:59", "2027-01-01 00:59:59");
        assert_next("sat..mon 1:0", "2026-11-26 00:00:00", "2026-11-28 01:00:00"); /* Thursday */
        assert_next("weekly", "2026-11-23 00:00:00", "2026-11-30 00:00:00");       /* Monday */
        assert_next("monthly", "2026-11-23 07:00:00", "2026-12-01 00:00:00");
        assert_next("quarterly", "2026-11-23 07:00:00", "2027-01-01 00:00:00");
        assert_next("semiannually", "2026-01-01 00:00:00", "2026-07-01 00:00:00");
        assert_next("yearly", "2026-01-01 00:00:00", "2027-01-01 00:00:00");
        assert_next("*-2-29", "2096-03-01 00:00:00", "2104-02-29 00:00:00");
        assert_next("sat *-*-1..7 15:00", "2026-11-23 07:00:00", "2026-12-05 15:00:00");
        assert_next("22/3:0", "2026-11-23 07:00:00", "2026-11-23 22:00:00");
        assert_next("24:00", "2026-11-23 07:00:00", "2026-11-23 07:24:00");
        assert_next("mon 2:*/20:30", "2026-11-23 02:20:30", "2026-11-23 02:40:30");
}

static void what_never_comes_is_never(void **state)
{
        set_zone("Europe/Berlin");
        assert_next("*-2-31", "2026-01-01 00:00:00", "never");
        assert_next("*-0-1", "2026-01-01 00:00:00", "never");
        assert_next("*-1-0", "2026-01-01 00:00:00", "never");
        assert_next("1969-1-1", "2026-01-01 00:00:00", "never");
        assert_next("26-1-1", "2025-01-01 00:00:00", "never");
        assert_next("2026-1-1", "2026-01-01 00:00:00", "never");
        assert_next("mon 2199-12-31", "2026-01-01 00:00:00", "never"); /* a Tuesday */
        assert_next("yearly", "2199-01-01 00:00:00", "never");
        assert_int_equal(next_of("*:*:*", USEC_NEVER), USEC_NEVER);
        assert_int_equal(next_of("*:*:* UTC", USEC_NEVER), USEC_NEVER);
}

/* In Berlin 02:00 becomes 03:00 at 01:00 UTC, and 03:00 becomes 02:00 at 01:00 UTC. */
static void a_time_that_is_left_out_is_left_out(void **state)
{
        set_zone("Europe/Berlin");
        assert_next("2:30", "2026-03-28 12:00:00", "2026-03-30 00:30:00");
        assert_next("*:30", "2026-03-29 00:30:00", "2026-03-29 01:30:00");
        assert_next("*:*:*", "2026-03-29 00:59:59", "2026-03-29 01:00:00");
        assert_next("2..3:0", "2026-03-29 00:00:00", "2026-03-29 01:00:00");
        assert_next("2026-3-29 2:0..59", "2026-03-29 00:00:00", "never");
        assert_next("2:30 UTC", "2026-03-28 12:00:00", "2026-03-29 02:30:00");
        set_zone("Pacific/Apia"); /* went without the 30th */
        assert_next("2011-12-30 *:*", "2011-12-30 00:00:00", "never");
        assert_next("12:0", "2011-12-29 23:00:00", "2011-12-30 22:00:00");
        set_zone("Africa/Cairo"); /* has no midnight on 2026-04-24 */
        assert_next("daily", "2026-04-23 12:00:00", "2026-04-24 21:00:00");
        set_zone("Australia/Lord_Howe"); /* changes by half an hour at 02:00 */
        assert_next("2:*/20", "2026-10-03 14:00:00", "2026-10-03 15:40:00");
}

static void a_time_that_comes_twice_counts_once(void **state)
{
        set_zone("Europe/Berlin");
        assert_next("2:30", "2026-10-24 12:00:00", "2026-10-25 00:30:00");
        assert_next("2:30", "2026-10-25 00:30:00", "2026-10-26 01:30:00");
        assert_next("*:0/15", "2026-10-25 00:30:00", "2026-10-25 00:45:00");
        assert_next("*:0/15", "2026-10-25 00:45:00", "2026-10-25 02:00:00");
        /* whoever asks in the second of the two hours gets its times */
        assert_next("2:30", "2026-10-25 01:10:00", "2026-10-25 01:30:00");
        assert_next("*:0/15", "2026-10-25 01:10:00", "2026-10-25 01:15:00");
        set_zone("Australia/Lord_Howe");
        assert_next("1:45", "2026-04-04 12:00:00", "2026-04-04 14:45:00");
        assert_next("1:45", "2026-04-04 15:00:00", "2026-04-04 15:15:00");
}

/* Whatever was asked before: the C library remembers, and the result must not. */
static void the_answer_does_not_depend_on_the_last_question(void **state)
{
        set_zone("Europe/Berlin");
        for (size_t i = 0; i < 2; i++) {
                assert_next("2:30", "2026-10-24 12:00:00", "2026-10-25 00:30:00");
                assert_next("12:0", "2026-01-01 00:00:00", "2026-01-01 11:00:00");
                assert_next("2026-10-25 2:30", "2026-01-01 00:00:00", "2026-10-25 00:30:00");
                assert_next("12:0", "2026-07-01 00:00:00", "2026-07-01 10:00:00");
                assert_next("2:30", "2026-10-25 01:10:00", "2026-10-25 01:30:00");
        }
}

/* ---------------------------------------------------- side by side with systemd-analyze */

#define EXPRESSIONS_MAX 400
#define ITERATIONS 4

struct expressions {
        size_t count;
        char *list[EXPRESSIONS_MAX];
};

static const char *const weekdays[] = {"", "mon", "tue..fri", "sat,sun", "wed,fri..sun"};
static const char *const dates[] = {
        "",
        "*-*-1",
        "*-*-25,29..31",
        "*-3,4,10,11-*",
        "2026..2028-*-5..29/8",
        "*-2-29",
        "*-1/3-15",
        "2027,2030-6..9/2-1..31/7",
};
static const char *const times[] = {
        "",         "0:0",        "2:30", "1..3:15",  "*:0/15",
        "*:*:0/20", "2,22:30:10", "3:0",  "2:30 UTC", "1/2:0",
};
static const char *const others[] = {
        "minutely",
        "hourly",
        "daily",
        "weekly",
        "monthly",
        "quarterly",
        "semiannually",
        "semi-annually",
        "yearly",
        "annually",
        "daily UTC",
        "weekly UTC",
        "*:*",
        "*:*:*",
        "23:59:59",
        "*-2-31",
        "2199-12-31",
        "2026-10-25 2:30",
        "2026-3-29 2:30",
        "Monday..Wednesday,SUN 4:5:6",
        "4..10/3:1,2,5..7,30/10",
        "*-*-* 2:0..59/7:5,6",
        "2026-4-5 2:*:0",
        "2026-11-1 1:30",
        "*-*-1..7 1:59:59",
        "*:59:59",
};

static void add(struct expressions *expressions, const char *weekday, const char *date,
                const char *time)
{
        char **slot = &expressions->list[expressions->count];

        if (*weekday == '\0' && *date == '\0' && *time == '\0')
                return;
        assert_true(expressions->count < EXPRESSIONS_MAX - 1);
        *slot = format_string("%s%s%s%s%s", weekday, *weekday && (*date || *time) ? " " : "", date,
                              *date && *time ? " " : "", time);
        assert_non_null(*slot);
        expressions->count++;
}

static void make_expressions(struct expressions *expressions)
{
        for (size_t i = 0; i < ELEMENTS(weekdays); i++)
                for (size_t j = 0; j < ELEMENTS(dates); j++)
                        for (size_t k = (i + j) % 2; k < ELEMENTS(times); k += 2)
                                add(expressions, weekdays[i], dates[j], times[k]);
        for (size_t i = 0; i < ELEMENTS(others); i++)
                add(expressions, "", others[i], "");
}

static void free_expressions(struct expressions *expressions)
{
        for (size_t i = 0; i < expressions->count; i++)
                free(expressions->list[i]);
}

/* What systemd-analyze says of all of @expressions, in its words; NULL: there is none. */
static char *ask_systemd(const struct expressions *expressions, uint64_t after_usec)
{
        _cleanup_free_ char *base = format_string("--base-time=@%ju", after_usec / USEC_PER_SEC);
        _cleanup_free_ char *iterations = format_string("--iterations=%d", ITERATIONS);
        const char *arguments[EXPRESSIONS_MAX + 8] = {"systemd-analyze", "calendar", base,
                                                      iterations, "--"};
        _cleanup_close_ int reading = -1;
        int pipes[2], status;
        char *answer;
        size_t size;
        pid_t pid;

        memcpy(arguments + 5, expressions->list, expressions->count * sizeof(char *));
        assert_int_equal(pipe(pipes), 0);
        reading = pipes[0];
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                dup2(pipes[1], STDOUT_FILENO);
                close(STDERR_FILENO);
                execvp(arguments[0], (char *const *)arguments);
                _exit(127);
        }
        close(pipes[1]);
        assert_int_equal(read_all(reading, 0, (size_t)64 << 20, &answer, &size), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) != 127)
                return answer;
        free(answer);
        return NULL;
}

/* Takes the next time of one expression off @at; USEC_NEVER at the end of its block. */
static uint64_t take_time(const char **at)
{
        static const char mark[] = "(in UTC): ";
        const char *block = strstr(*at, "Normalized form:");
        const char *time = strstr(*at, mark);

        if (!time || (block && block < time))
                return USEC_NEVER;
        *at = strchr(time, '\n');
        assert_non_null(*at);
        return instant(time + strlen(mark) + strlen("Mon "));
}

static void compare(const char *expression, uint64_t base_usec, const char **at)
{
        uint64_t after = base_usec;

        *at = strstr(*at, "Normalized form:");
        if (!*at)
                fail_msg("'%s': systemd-analyze has no answer", expression);
        *at += strlen("Normalized form:");
        for (size_t i = 0; i < ITERATIONS; i++) {
                uint64_t expected = take_time(at), found = next_of(expression, after);

                if (found != expected)
                        fail_msg("TZ=%s '%s' after @%ju: @%ju, but systemd-analyze says @%ju",
                                 getenv("TZ"), expression, after / USEC_PER_SEC,
                                 found / USEC_PER_SEC, expected / USEC_PER_SEC);
                if (found == USEC_NEVER)
                        return;
                after = found;
        }
}

static void compare_all(const struct expressions *expressions, uint64_t base_usec)
{
        _cleanup_free_ char *answer = ask_systemd(expressions, base_usec);
        const char *at = answer;

        if (!answer)
                skip();
        for (size_t i = 0; i < expressions->count; i++)
                compare(expressions->list[i], base_usec, &at);
        assert_null(strstr(at, "Normalized form:"));
}

/* Around each change of the clocks, and far from any. */
static void compare_around(const struct expressions *expressions, const char *change)
{
        static const int64_t distances[] = {-40 * 86400, -26 * 3600, -4200, -1,   0,
                                            600,         3000,       4200,  7200, 90000};

        for (size_t i = 0; i < ELEMENTS(distances); i++)
                compare_all(expressions, instant(change) + (uint64_t)distances[i] * USEC_PER_SEC);
}

static void the_times_are_those_of_systemd(void **state)
{
        static const struct {
                const char *zone, *forward, *back;
        } zones[] = {
                {"Europe/Berlin", "2026-03-29 01:00:00", "2026-10-25 01:00:00"},
                {"America/New_York", "2026-03-08 07:00:00", "2026-11-01 06:00:00"},
                {"Australia/Sydney", "2026-10-03 16:00:00", "2026-04-04 16:00:00"},
                {"Africa/Cairo", "2026-04-23 22:00:00", "2026-10-29 21:00:00"},
                {"Australia/Lord_Howe", "2026-10-03 15:30:00", "2026-04-04 15:00:00"},
        };
        struct expressions expressions = {.count = 0};

        make_expressions(&expressions);
        assert_true(expressions.count >= 200);
        for (size_t i = 0; i < ELEMENTS(zones); i++) {
                set_zone(zones[i].zone);
                compare_around(&expressions, zones[i].forward);
                compare_around(&expressions, zones[i].back);
        }
        free_expressions(&expressions);
}

/*
 * Where the two differ on purpose. Proxmox Backup's parser decides what an event is; and from
 * both we depart in nothing else than what is a mistake there.
 */
static const struct {
        const char *expression;
        bool ours, systemd; /* who takes it */
        const char *why;
} differences[] = {
        {"30", true, false, "a lone minute"},
        {"*", true, false, "a lone minute"},
        {"*/5", true, false, "a lone minute"},
        {"sat..mon 4:00", true, false, "over the end of the week"},
        {"mon4:00", true, false, "nothing between the parts"},
        {"dailyUTC", true, false, "nothing between the parts"},
        {"24:00", true, false, "minute and second, since it is no hour"},
        {"*-0-1", true, false, "a month that never is"},
        {"*-1-0", true, false, "a day that never is"},
        {"2/0:0", true, false, "a step of none"},
        {"22/3:0", true, false, "a step behind the last value"},
        {"1-1 4:00 utc", false, true, "UTC in small letters"},
        {"Daily", false, true, "a name in other letters"},
        {"mon-fri 4:00", false, true, "a range by one sign"},
        {"*-*~1", false, true, "from the end of the month"},
        {"4:00:00.5", false, true, "a part of a second"},
        {"4:00 Europe/Berlin", false, true, "a zone"},
        {"@1000", false, true, "an instant"},
};

static bool systemd_takes(char *expression)
{
        const struct expressions expressions = {1, {expression}};
        _cleanup_free_ char *answer = ask_systemd(&expressions, instant("2026-03-29 00:00:00"));

        if (!answer)
                skip();
        return strstr(answer, "Normalized form:");
}

static void what_only_one_of_both_takes_is_known(void **state)
{
        for (size_t i = 0; i < ELEMENTS(differences); i++) {
                const char *expression = differences[i].expression;
                struct calendar_event event;
                bool ours = calendar_event_parse(text(expression), &event, NULL) == 0;

                if (ours != differences[i].ours)
                        fail_msg("'%s' (%s): %s", expression, differences[i].why,
                                 ours ? "taken" : "refused");
                if (systemd_takes((char *)expression) != differences[i].systemd)
                        fail_msg("'%s' (%s): not so in systemd", expression, differences[i].why);
        }
}

/* systemd lost the first days of a January until 2026: its issue 40260. */
static void a_step_without_end_starts_anew_each_month(void **state)
{
        set_zone("UTC");
        assert_next("*-*-5/8", "2026-12-29 00:00:00", "2027-01-05 00:00:00");
        assert_next("*-*-1/11 23:00", "2025-12-23 23:00:00", "2026-01-01 23:00:00");
        assert_next("22/3:0", "2026-12-31 22:00:00", "2027-01-01 22:00:00");
}

/* There, 26 is short for 2026; here, and in Proxmox Backup, it is the year 26. */
static void a_year_has_four_digits(void **state)
{
        set_zone("UTC");
        assert_next("27-1-1", "2026-12-29 00:00:00", "never");
        assert_next("2027-1-1", "2026-12-29 00:00:00", "2027-01-01 00:00:00");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_next_time_is_later),
                TEST(the_calendar_carries_over),
                TEST(what_never_comes_is_never),
                TEST(a_time_that_is_left_out_is_left_out),
                TEST(a_time_that_comes_twice_counts_once),
                TEST(the_answer_does_not_depend_on_the_last_question),
                TEST(the_times_are_those_of_systemd),
                TEST(what_only_one_of_both_takes_is_known),
                TEST(a_step_without_end_starts_anew_each_month),
                TEST(a_year_has_four_digits),
        };

        return TESTING_RUN(tests);
}
