/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CLI_H
#define CFGWATCH_CLI_H

/* The command line tool: built on the public header alone, like any other client. */

#include <cfgwatch/cfgwatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Documented in --help and in cfgwatch(1). */
enum exit_code {
        EXIT_YES = 0,
        EXIT_NO = 1,        /* refused file, no such domain, section or key, nothing saved */
        EXIT_USAGE = 2,     /* the command line is wrong */
        EXIT_NO_DAEMON = 3, /* nobody to ask */
        EXIT_TROUBLE = 4    /* anything else */
};

/* What the command line said, and the client that all commands but `check` use. */
struct cli {
        const char *runtime_directory; /* NULL: the library's default */
        bool json;
        bool strict;
        bool tolerant;
        size_t entries; /* of a history; 0: not said */
        cfgw_format format;
        const char *domain; /* NULL: the library's default */
        int count;          /* of the operands behind the command */
        char **operands;
        cfgw_client *client;
};

int cmd_status(const struct cli *cli);
int cmd_generation(const struct cli *cli);
int cmd_list(const struct cli *cli);
int cmd_get(const struct cli *cli);
int cmd_watch(const struct cli *cli);
int cmd_sync(const struct cli *cli);
int cmd_check(const struct cli *cli);
int cmd_history(const struct cli *cli);
int cmd_diff(const struct cli *cli);
int cmd_edit(const struct cli *cli);
int cmd_set(const struct cli *cli);
int cmd_unset(const struct cli *cli);
int cmd_rollback(const struct cli *cli);

/* ------------------------------------------------------------------ output */

enum color { COLOR_GOOD, COLOR_BAD, COLOR_WARN, COLOR_DIM };

/* @text in @color if stdout is a terminal that wants colours; printf style. */
void print_colored(enum color color, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * @text with what a terminal would obey, or hide, shown as \xNN instead: values and reasons come
 * from files that others write.
 */
void print_escaped(FILE *stream, const char *text);

/* A value for scripts: as it is, but escaped where stdout is a terminal. */
void print_value(const char *text);

/* "cfgwatch: …" and a line end on stderr, escaped. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One JSON object and a line end on stdout; in plain ASCII where that is a terminal. */
struct json_t; /* jansson's json_t */
void print_json(const struct json_t *object, size_t flags);

/*
 * The name of a file is any bytes, and JSON is UTF-8: what cannot be told is told as near as can
 * be. null for NULL; NULL without memory.
 */
struct json_t *json_name(const char *name);

/* "FILE:LINE: …" on stderr as compilers write it; @path may be NULL, @line 0. */
void complain_at(const char *path, uint32_t line, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* "2026-11-23 06:23:11" in local time. */
#define TIME_TEXT_SIZE 64
void format_time(uint64_t realtime_usec, char ret[TIME_TEXT_SIZE]);

/* "section-config" or "ini". */
const char *format_name(cfgw_format format);

/* The two largest units: "3d 4h", "12min 5s". */
void format_span(uint64_t usec, char ret[TIME_TEXT_SIZE]);

uint64_t realtime_usec(void);

/* Writes out what is buffered; false if nobody can take it. A closed pipe is not worth a word. */
bool flush_output(void);

/* ------------------------------------------------------------------ common */

/* How long to wait for the daemon's report: one that lives answers in milliseconds. */
#define QUERY_USEC (5 * UINT64_C(1000000))

/* Says what @error (negative) of a question to the daemon about @domain means; the exit code. */
int fail_query(const char *domain, int error);

/* The reader of @domain, and its config. On failure says why and returns the exit code. */
int open_config(const struct cli *cli, const char *domain, cfgw_reader **ret_reader,
                const cfgw_config **ret_config);

/* The exit code of an answer that was given: says so if it is not a living daemon's. */
int judge_answer(const struct cli *cli, cfgw_reader *reader);

/* Whether the board has @domain: 1, 0, or negative: -ENOENT if there is no board to look at. */
int is_known(const struct cli *cli, const char *domain);

/* ------------------------------------------------------------------ report */

/*
 * The daemon's report as JSON; and where nobody answers, what the library knows by itself, in
 * the same shape: what only a daemon can know is null, its "pid" among it. NULL without
 * memory. The exit code: EXIT_YES for the daemon's own; else why there is none has been said.
 */
int report_get(const struct cli *cli, struct json_t **ret_report);

/* What a report says of one domain; NULL: nothing. Lent out of it. */
struct json_t *report_find(const struct json_t *report, const char *name);

/* Says why the file of the reader's domain cannot be used. */
void complain_about_file(const struct cli *cli, const char *domain, const cfgw_config *config,
                         const cfgw_status *status);

/* ----------------------------------------------------------------- changes */

/*
 * "06:23:11.042 datastore generation 44 valid +ds1001 -ds0007 ~ds0002: comment"; what the @first
 * event of a domain tells has not changed: it has no names.
 */
void changes_print_text(const cfgw_event *event, bool first);

/* The same and more as one JSON object in a line, as cfgwatch(1) documents it. */
void changes_print_json(const cfgw_event *event, bool first);

/* The names alone, a blank before each; and as members of a JSON object. */
void changes_print_diff(const cfgw_diff *diff);
void changes_add_diff(struct json_t *object, const cfgw_diff *diff);

#define CLEANUP(function) __attribute__((cleanup(function)))

static inline void client_done(cfgw_client **client)
{
        cfgw_client_unref(*client);
}

static inline void reader_done(cfgw_reader **reader)
{
        cfgw_reader_free(*reader);
}

static inline void status_done(cfgw_status **status)
{
        cfgw_status_free(*status);
}

static inline void diff_done(cfgw_diff **diff)
{
        cfgw_diff_free(*diff);
}

static inline void free_done(void *pointer)
{
        free(*(void **)pointer);
}

#endif
