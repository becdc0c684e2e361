/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CALENDAR_EVENT_H
#define CFGWATCH_CALENDAR_EVENT_H

/*
 * Calendar events, `mon..fri 8..17:0/15`: when something is due, as Proxmox Backup writes it.
 *
 *   NAME [UTC]                              minutely, hourly, daily, weekly, monthly, ...
 *   [WEEKDAYS] [[YEAR-]MONTH-DAY] [[HOUR:]MINUTE[:SECOND]] [UTC]
 *
 * Each part is `*`, or a list with commas of values and ranges `A..B`, each with a step `/N`
 * behind it if need be. Without a time it is midnight; without a date or weekdays, every day.
 *
 * It is a relative of systemd.time(7), not a copy. Taken here and not there: a lone minute, a
 * range of weekdays over the end of the week, nothing between two parts whose border is clear,
 * values that no date has (month 0), a step 0 (of none). Taken there and not here: `~` (from
 * the month's end), years of two digits, fractions of seconds, names of zones, `mon-fri`.
 */

#include "reason.h"

/* No clock before 1970 counts, but it may be 1969 still in the West. systemd ends in 2199. */
#define CALENDAR_YEAR_MIN 1969
#define CALENDAR_YEAR_MAX 2199
#define CALENDAR_YEAR_WORDS ((CALENDAR_YEAR_MAX - CALENDAR_YEAR_MIN) / 64 + 1)

/* Sets of what is due: bit i is second, minute, hour, day or month i. */
struct calendar_event {
        bool utc;         /* else local time */
        uint8_t weekdays; /* bit 0: Monday */
        uint64_t seconds, minutes, hours, days, months;
        uint64_t years[CALENDAR_YEAR_WORDS]; /* bit 0: CALENDAR_YEAR_MIN */
};

/* -EBADMSG: not a calendar event. */
int calendar_event_parse(struct text text, struct calendar_event *ret, struct reason *reason);

/*
 * The next time later than @after_usec that @event has, both microseconds of CLOCK_REALTIME;
 * USEC_NEVER if there is none until the end of CALENDAR_YEAR_MAX.
 *
 * Local time is TZ's or the host's, as tzset(3) finds it at each call. A time that a clock set
 * forward leaves out is left out. One that a clock set back shows twice is due once, the first
 * time: the search goes on from what the clock shows at @after_usec, never back. So the second
 * time is due only for an @after_usec after the clock was set back.
 */
uint64_t calendar_event_next(const struct calendar_event *event, uint64_t after_usec);

#endif
