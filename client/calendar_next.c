/* SPDX-License-Identifier: MIT */

/*
 * When a calendar event is due next.
 *
 * The search has two halves that know nothing of each other. The calendar: from a date and a
 * time on the clock to the next one that the event has, which is arithmetic on sets. The zone:
 * from that to the instants when a clock of the zone shows it: one as a rule; none where the
 * clocks are set forward; two where they are set back. Where no instant is late enough, the
 * calendar goes on from the next minute.
 *
 * mktime(3) alone cannot say which of two instants it gave: in glibc that depends on what the
 * process asked before. So the other one is looked for, and the choice is made here.
 */

#include "calendar_event.h"

#include <string.h>
#include <time.h>

/* Far enough from a clock change to see the offsets on both sides, near enough for one change. */
#define ZONE_CHANGE_WINDOW ((time_t)(2 * 24 * 60 * 60))

/* The place of the first bit of @set from @from on; -1: none. */
static int bit_from(uint64_t set, int from)
{
        uint64_t rest = from < 64 ? set >> from << from : 0;

        return rest ? __builtin_ctzll(rest) : -1;
}

static bool has_year(const struct calendar_event *event, int year)
{
        unsigned int bit = (unsigned int)(year - CALENDAR_YEAR_MIN);

        return event->years[bit / 64] >> bit % 64 & 1;
}

/* 0: Monday, by the arithmetic of the Gregorian calendar (Sakamoto's method). */
static int weekday_of(int year, int month, int day)
{
        static const int shifts[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};

        if (month < 3)
                year--;
        return (year + year / 4 - year / 100 + year / 400 + shifts[month - 1] + day + 6) % 7;
}

static int days_in_month(int year, int month)
{
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        if (month == 2)
                return leap ? 29 : 28;
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* ------------------------------------------------------------------------ calendar */

/* A date and a time of day on a clock, without a zone. */
struct clock {
        int year, month, day, hour, minute, second;
};

static bool is_due_on(const struct calendar_event *event, const struct clock *clock)
{
        return has_year(event, clock->year) && event->months >> clock->month & 1 &&
               event->days >> clock->day & 1 &&
               event->weekdays >> weekday_of(clock->year, clock->month, clock->day) & 1;
}

/* Moves to the first minute and second of @clock's hour from @clock on. */
static bool find_in_hour(const struct calendar_event *event, struct clock *clock)
{
        int minute = bit_from(event->minutes, clock->minute);
        int second = minute == clock->minute ? bit_from(event->seconds, clock->second) : -1;

        if (minute == clock->minute && second < 0)
                minute = bit_from(event->minutes, minute + 1);
        if (minute < 0)
                return false;
        clock->second = second >= 0 ? second : bit_from(event->seconds, 0);
        clock->minute = minute;
        return clock->second >= 0;
}

/* Moves to the first time of @clock's day from @clock on; true if there is one. */
static bool find_in_day(const struct calendar_event *event, struct clock *clock)
{
        struct clock at = *clock;

        while ((at.hour = bit_from(event->hours, at.hour)) >= 0) {
                if (at.hour > clock->hour)
                        at.minute = at.second = 0;
                if (find_in_hour(event, &at)) {
                        *clock = at;
                        return true;
                }
                at.hour++;
        }
        return false;
}

/* To the first second of the next day; false: the years are over. */
static bool next_day(struct clock *clock)
{
        clock->hour = clock->minute = clock->second = 0;
        if (++clock->day <= days_in_month(clock->year, clock->month))
                return true;
        clock->day = 1;
        if (++clock->month <= 12)
                return true;
        clock->month = 1;
        return ++clock->year <= CALENDAR_YEAR_MAX;
}

/* Moves to the first time from @clock on that @event has; false: there is none. */
static bool find_from(const struct calendar_event *event, struct clock *clock)
{
        do {
                if (is_due_on(event, clock) && find_in_day(event, clock))
                        return true;
        } while (next_day(clock));
        return false;
}

/* ---------------------------------------------------------------------------- zone */

static struct clock clock_of(const struct tm *tm)
{
        return (struct clock){tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday,
                              tm->tm_hour,        tm->tm_min,     tm->tm_sec};
}

static struct tm tm_of(const struct clock *clock)
{
        return (struct tm){
                .tm_year = clock->year - 1900,
                .tm_mon = clock->month - 1,
                .tm_mday = clock->day,
                .tm_hour = clock->hour,
                .tm_min = clock->minute,
                .tm_sec = clock->second,
                .tm_isdst = -1,
        };
}

/* Whether a local clock shows @clock at @instant. */
static bool shows(time_t instant, const struct clock *clock)
{
        struct clock shown;
        struct tm tm;

        if (!localtime_r(&instant, &tm))
                return false;
        shown = clock_of(&tm);
        return memcmp(&shown, clock, sizeof(shown)) == 0;
}

/* How much the offset from UTC changes in the days around @instant; positive. */
static time_t change_around(time_t instant)
{
        time_t before = instant - ZONE_CHANGE_WINDOW, after = instant + ZONE_CHANGE_WINDOW;
        struct tm tm_before, tm_after;

        if (!localtime_r(&before, &tm_before) || !localtime_r(&after, &tm_after))
                return 0;
        return labs(tm_after.tm_gmtoff - tm_before.tm_gmtoff);
}

/* The first instant later than @after when a local clock shows @clock; @after: there is none. */
static time_t local_instant(const struct clock *clock, time_t after)
{
        struct tm tm = tm_of(clock);
        time_t found = mktime(&tm), change = change_around(found);
        time_t candidates[] = {found - change, found, found + change};

        for (size_t i = 0; i < ELEMENTS(candidates); i++)
                if (candidates[i] > after && shows(candidates[i], clock))
                        return candidates[i];
        return after;
}

static time_t utc_instant(const struct clock *clock)
{
        struct tm tm = tm_of(clock);

        return timegm(&tm);
}

uint64_t calendar_event_next(const struct calendar_event *event, uint64_t after_usec)
{
        time_t after = (time_t)(after_usec / USEC_PER_SEC), found;
        struct clock clock;
        struct tm tm;

        tzset();
        if (event->utc ? !gmtime_r(&after, &tm) : !localtime_r(&after, &tm))
                return USEC_NEVER;
        clock = clock_of(&tm);
        clock.second++; /* perhaps 60: nothing more of this minute */
        while (clock.year <= CALENDAR_YEAR_MAX && find_from(event, &clock)) {
                found = event->utc ? utc_instant(&clock) : local_instant(&clock, after);
                if (found > after)
                        return (uint64_t)found * USEC_PER_SEC;
                clock.second = 60;
        }
        return USEC_NEVER;
}
