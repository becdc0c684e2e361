/* SPDX-License-Identifier: MIT */

/*
 * Any line of text as a calendar event, and when it is due next after any instant: held against
 * a clock that is looked at from instant to instant.
 *
 * The input: one byte that chooses the zone, four of the instant (seconds, the lowest first), and
 * the text.
 */

#include "fuzz.h"

#include "calendar_event.h"

#include <string.h>
#include <time.h>

#define HEAD_SIZE 5   /* zone and instant */
#define STEPS_NEAR 90 /* seconds that are looked at one by one: more than a minute */
#define STEPS_FAR 30  /* looks in the time that is left */

/* With and without a change of clocks, by an hour and by half of one; no file of zones is needed.
 */
static const char *const zones[] = {
        "UTC0",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "EST5EDT,M3.2.0,M11.1.0",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "NPT-5:45",
};

static void check_reason(const struct reason *reason)
{
        size_t size = strnlen(reason->text, sizeof(reason->text));

        MUST(size > 0 && size < sizeof(reason->text) && utf8_valid(reason->text, size));
}

static struct tm clock_at(const struct calendar_event *event, time_t instant)
{
        struct tm tm;

        MUST(event->utc ? gmtime_r(&instant, &tm) : localtime_r(&instant, &tm));
        return tm;
}

static bool is_due(const struct calendar_event *event, const struct tm *tm)
{
        int year = tm->tm_year + 1900, bit = year - CALENDAR_YEAR_MIN;

        if (year < CALENDAR_YEAR_MIN || year > CALENDAR_YEAR_MAX)
                return false;
        return event->years[bit / 64] >> bit % 64 & 1 && event->months >> (tm->tm_mon + 1) & 1 &&
               event->days >> tm->tm_mday & 1 && event->weekdays >> (tm->tm_wday + 6) % 7 & 1 &&
               event->hours >> tm->tm_hour & 1 && event->minutes >> tm->tm_min & 1 &&
               event->seconds >> tm->tm_sec & 1;
}

/* Whether the clock shows more than it did: not so for a while after it was set back. */
static bool is_later(const struct tm *tm, const struct tm *than)
{
        const int a[] = {tm->tm_year, tm->tm_mon, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec};
        const int b[] = {than->tm_year, than->tm_mon, than->tm_mday,
                         than->tm_hour, than->tm_min, than->tm_sec};

        for (size_t i = 0; i < ELEMENTS(a); i++)
                if (a[i] != b[i])
                        return a[i] > b[i];
        return false;
}

static void check_not_due(const struct calendar_event *event, const struct tm *before,
                          time_t instant)
{
        struct tm tm = clock_at(event, instant);

        MUST(!is_due(event, &tm) || !is_later(&tm, before));
}

static void check_next(const struct calendar_event *event, time_t after)
{
        uint64_t next = calendar_event_next(event, (uint64_t)after * USEC_PER_SEC);
        struct tm before = clock_at(event, after), tm;
        time_t end = (time_t)(next / USEC_PER_SEC);

        if (next == USEC_NEVER) {
                end = after + (time_t)50 * 365 * 24 * 60 * 60;
        } else {
                MUST(end > after && next % USEC_PER_SEC == 0);
                tm = clock_at(event, end);
                MUST(is_due(event, &tm));
                MUST(calendar_event_next(event, next - 1) == next);
        }
        for (time_t i = 1; i <= STEPS_NEAR && after + i < end; i++)
                check_not_due(event, &before, after + i);
        for (time_t i = 1; i <= STEPS_FAR && end - after > STEPS_NEAR; i++)
                check_not_due(event, &before, after + (end - after) / (STEPS_FAR + 1) * i);
}

static void check(struct text text, time_t after)
{
        struct calendar_event event;
        struct reason reason;

        if (calendar_event_parse(text, &event, &reason) < 0) {
                check_reason(&reason);
                return;
        }
        MUST(event.seconds && event.minutes && event.hours && event.weekdays);
        MUST(event.seconds >> 60 == 0 && event.minutes >> 60 == 0 && event.hours >> 24 == 0);
        check_next(&event, after);
}

/* The parsers of files hand over well-formed UTF-8 without NUL bytes, and nothing behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        time_t after = 0;
        char *copy;

        if (size < HEAD_SIZE)
                return 0;
        for (size_t i = 1; i < HEAD_SIZE; i++)
                after |= (time_t)data[i] << 8 * (i - 1);
        MUST(setenv("TZ", zones[data[0] % ELEMENTS(zones)], 1) == 0);
        data += HEAD_SIZE;
        size -= HEAD_SIZE;
        copy = malloc(MAX(size, 1));
        MUST(copy);
        if (size > 0)
                memcpy(copy, data, size);
        if (utf8_valid(copy, size) && !memchr(copy, '\0', size))
                check((struct text){copy, size}, after);
        free(copy);
        return 0;
}
