/* SPDX-License-Identifier: MIT */

/*
 * Reading a calendar event.
 *
 * What is taken is what Proxmox Backup's parser takes, including how it goes on where a part
 * does not fit: a list ends before an element that is none; a time whose first part is no hour
 * is tried once more as MINUTE[:SECOND], so `24:00` is minute 24 of every hour. Who refused
 * that would refuse a whole file that is in use. In the end nothing may be left over.
 *
 * A step takes constant time, whatever the numbers are: the sets are small and of fixed size.
 */

#include "calendar_event.h"

#include "value.h"

#include <errno.h>
#include <string.h>

enum part { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR };

/* The values from `least` up to below `limit`; `first` is where the step of a `*` begins. */
static const struct {
        unsigned int least, first, limit;
} ranges[] = {
        [SECOND] = {0, 0, 60}, [MINUTE] = {0, 0, 60},
        [HOUR] = {0, 0, 24},   [DAY] = {0, 1, 32},
        [MONTH] = {0, 1, 13},  [YEAR] = {CALENDAR_YEAR_MIN, 0, CALENDAR_YEAR_MAX + 1},
};

static uint64_t *part_set(struct calendar_event *event, enum part part)
{
        uint64_t *const sets[] = {
                [SECOND] = &event->seconds, [MINUTE] = &event->minutes, [HOUR] = &event->hours,
                [DAY] = &event->days,       [MONTH] = &event->months,   [YEAR] = event->years,
        };

        return sets[part];
}

static void clear_part(struct calendar_event *event, enum part part)
{
        size_t words = part == YEAR ? CALENDAR_YEAR_WORDS : 1;

        memset(part_set(event, part), 0, words * sizeof(uint64_t));
}

static void add_range(uint64_t *set, unsigned int from, unsigned int to)
{
        for (unsigned int word = from / 64; word <= to / 64; word++) {
                uint64_t bits = UINT64_MAX;

                if (word == from / 64)
                        bits <<= from % 64;
                if (word == to / 64)
                        bits &= UINT64_MAX >> (63 - to % 64);
                set[word] |= bits;
        }
}

/* Adds @start, @start + @step ... up to @end; a step of 0 adds @start alone. */
static void add_steps(struct calendar_event *event, enum part part, unsigned int start,
                      unsigned int end, unsigned int step)
{
        unsigned int least = ranges[part].least;

        if (step == 0)
                end = start;
        if (start < least && step > 0)
                start += (least - start + step - 1) / step * step;
        if (start < least || start > end)
                return;
        if (step <= 1) {
                add_range(part_set(event, part), start - least, end - least);
                return;
        }
        for (; start <= end; start += step)
                add_range(part_set(event, part), start - least, start - least);
}

static void set_all(struct calendar_event *event, enum part part)
{
        add_steps(event, part, ranges[part].least, ranges[part].limit - 1, 1);
}

static void set_only_zero(struct calendar_event *event, enum part part)
{
        clear_part(event, part);
        add_steps(event, part, 0, 0, 0);
}

/* ------------------------------------------------------------------------- tokens */

/* Each takes its token off @rest and returns true, or leaves @rest as it is. */

static bool take_text(struct text *rest, const char *token)
{
        size_t size = strlen(token);

        if (rest->size < size || memcmp(rest->data, token, size) != 0)
                return false;
        *rest = text_skip(*rest, size);
        return true;
}

static void take_blanks(struct text *rest)
{
        while (take_text(rest, " ") || take_text(rest, "\t"))
                continue;
}

static bool take_number(struct text *rest, enum part part, unsigned int *ret)
{
        unsigned int number = 0;
        size_t i;

        for (i = 0; i < rest->size && rest->data[i] >= '0' && rest->data[i] <= '9'; i++) {
                number = number * 10 + (unsigned int)(rest->data[i] - '0');
                if (number >= ranges[part].limit)
                        return false;
        }
        if (i == 0)
                return false;
        *rest = text_skip(*rest, i);
        *ret = number;
        return true;
}

/* A, A..B, A/N or A..B/N */
static bool take_element(struct text *rest, enum part part, struct calendar_event *event)
{
        unsigned int start, end, step = 1;
        struct text at = *rest, more;
        bool has_end;

        if (!take_number(&at, part, &start))
                return false;
        more = at;
        has_end = take_text(&more, "..") && take_number(&more, part, &end);
        if (has_end)
                at = more;
        if (has_end && start > end)
                return false;
        more = at;
        if (take_text(&more, "/")) {
                if (!take_number(&more, part, &step))
                        return false;
                at = more;
                if (!has_end)
                        end = ranges[part].limit - 1;
        } else if (!has_end) {
                end = start;
        }
        add_steps(event, part, start, end, step);
        *rest = at;
        return true;
}

/* `*` or `*` and a step. Of a step 0 only the star is taken; nothing can follow it. */
static bool take_star(struct text *rest, enum part part, struct calendar_event *event)
{
        struct text at = *rest, more;
        unsigned int step = 0;

        if (!take_text(&at, "*"))
                return false;
        more = at;
        if (take_text(&more, "/") && !take_number(&more, part, &step))
                return false;
        if (step > 0)
                add_steps(event, part, ranges[part].first, ranges[part].limit - 1, step);
        else
                set_all(event, part);
        *rest = step > 0 ? more : at;
        return true;
}

static bool take_list(struct text *rest, enum part part, struct calendar_event *event)
{
        struct text more;

        clear_part(event, part);
        if (take_star(rest, part, event))
                return true;
        if (!take_element(rest, part, event))
                return false;
        more = *rest;
        while (take_text(&more, ",") && take_element(&more, part, event))
                *rest = more;
        return true;
}

/* --------------------------------------------------------------------------- parts */

static bool take_day_of_month(struct text *rest, struct calendar_event *event)
{
        return take_list(rest, MONTH, event) && take_text(rest, "-") && take_list(rest, DAY, event);
}

static bool take_date(struct text *rest, struct calendar_event *event)
{
        struct text at = *rest;

        if (!take_list(&at, YEAR, event) || !take_text(&at, "-") ||
            !take_day_of_month(&at, event)) {
                at = *rest;
                set_all(event, YEAR);
                if (!take_day_of_month(&at, event))
                        return false;
        }
        *rest = at;
        return true;
}

static bool take_time(struct text *rest, struct calendar_event *event)
{
        struct text at = *rest, more;

        if (!take_list(&at, HOUR, event) || !take_text(&at, ":")) {
                at = *rest;
                set_all(event, HOUR);
        }
        if (!take_list(&at, MINUTE, event))
                return false;
        more = at;
        if (take_text(&more, ":") && take_list(&more, SECOND, event))
                at = more;
        else
                set_only_zero(event, SECOND);
        *rest = at;
        return true;
}

static bool take_weekday(struct text *rest, unsigned int *ret)
{
        static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                            "friday", "saturday", "sunday"};
        size_t size = 0;

        while (size < rest->size && ((rest->data[size] | 0x20) >= 'a') &&
               ((rest->data[size] | 0x20) <= 'z'))
                size++;
        for (unsigned int i = 0; i < ELEMENTS(names); i++) {
                if ((size != 3 && size != strlen(names[i])) ||
                    strncasecmp(rest->data, names[i], size) != 0)
                        continue;
                *rest = text_skip(*rest, size);
                *ret = i;
                return true;
        }
        return false;
}

/* A day or a range of them, which may go over Sunday. */
static bool take_weekday_range(struct text *rest, struct calendar_event *event)
{
        unsigned int start, end;
        struct text more;

        if (!take_weekday(rest, &start))
                return false;
        more = *rest;
        if (take_text(&more, "..") && take_weekday(&more, &end))
                *rest = more;
        else
                end = start;
        for (unsigned int day = start; day != end; day = (day + 1) % 7)
                event->weekdays |= (uint8_t)(1 << day);
        event->weekdays |= (uint8_t)(1 << end);
        return true;
}

static bool take_weekdays(struct text *rest, struct calendar_event *event)
{
        struct text more;

        if (!take_weekday_range(rest, event))
                return false;
        more = *rest;
        while (take_text(&more, ",") && take_weekday_range(&more, event))
                *rest = more;
        return true;
}

/* Whether all of @text is taken; if not, @text is what was left over. */
static bool parse_parts(struct text *text, struct calendar_event *event)
{
        bool days = take_weekdays(text, event), date, time;

        if (days)
                take_blanks(text);
        else
                event->weekdays = 0x7f;
        date = take_date(text, event);
        if (date)
                take_blanks(text);
        else
                for (enum part part = DAY; part <= YEAR; part++)
                        set_all(event, part);
        time = take_time(text, event);
        if (!time)
                for (enum part part = SECOND; part <= HOUR; part++)
                        set_only_zero(event, part);
        return text->size == 0 && (days || date || time);
}

/* What a name stands for, or @text itself. */
static struct text resolve_name(struct text text)
{
        static const char *const names[][2] = {
                {"minutely", "*:*"},       {"hourly", "*:0"},          {"daily", "0:0"},
                {"weekly", "mon 0:0"},     {"monthly", "*-1"},         {"quarterly", "1,4,7,10-1"},
                {"semiannually", "1,7-1"}, {"semi-annually", "1,7-1"}, {"yearly", "1-1"},
                {"annually", "1-1"},
        };

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (text_is(text, names[i][0]))
                        return text_of(names[i][1]);
        return text;
}

int calendar_event_parse(struct text text, struct calendar_event *ret, struct reason *reason)
{
        struct calendar_event event = {.utc = false};

        if (text.size >= 3 && memcmp(text.data + text.size - 3, "UTC", 3) == 0) {
                event.utc = true;
                text.size -= 3;
                while (text.size > 0 && text.data[text.size - 1] == ' ')
                        text.size--;
        }
        text = resolve_name(text);
        if (!parse_parts(&text, &event))
                return reason_set(reason, "unable to parse calendar event at '%.*s'",
                                  TEXT_ARGUMENTS(text));
        *ret = event;
        return 0;
}
