/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CLI_EDIT_H
#define CFGWATCH_CLI_EDIT_H

/* What the commands that write are made of: edit, set, unset, rollback. */

#include "cli.h"

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

/* -------------------------------------------------------------------- text */

/* The whole of a file. */
struct text {
        char *data; /* one NUL byte behind */
        size_t size;
        char digest[65]; /* SHA-256 in hexadecimal digits */
};

/* To the end, from wherever. -EFBIG: more than any config file. text_done() it. */
int text_read(int fd, struct text *ret);

/* -EINVAL: not a regular file. */
int text_read_regular(int fd, struct text *ret);
int text_read_file(const char *path, struct text *ret);
const char *text_reason(int error); /* of theirs, in words */

int text_empty(struct text *ret);
bool text_equal(const struct text *a, const struct text *b);
bool text_is_blank(const struct text *text); /* or empty */
void text_done(struct text *text);

/* ------------------------------------------------------------------ target */

/* The file of a domain. */
struct target {
        const char *domain;
        char *path;
        cfgw_format format;
};

/*
 * Where the file of @domain is and what it is, from the daemon, or from what one has left; the
 * library learns it as well. On failure says why and returns the exit code.
 */
int target_find(const struct cli *cli, const char *domain, struct target *ret);
void target_done(struct target *target);

/* cfgw_config_parse() of @text by the target's format, strictly or as `--tolerant` says. */
int target_parse(const struct cli *cli, const struct target *target, const struct text *text,
                 const cfgw_config **ret, cfgw_report **ret_report);

/* "FILE:LINE: REASON" for each problem. */
void explain_report(const char *path, const cfgw_report *report);

/*
 * Says what is wrong with @text by @report; and, if that is all, that `--tolerant` would let it
 * pass. Returns the line of the error.
 */
uint32_t target_explain(const struct cli *cli, const struct target *target, const struct text *text,
                        const cfgw_report *report);

/* Puts @text in the place of what has the digest @expected: as cfgw_replace(). */
int target_replace(const struct cli *cli, const struct target *target, const struct text *text,
                   const char *expected, uint64_t *ret_generation, cfgw_report **ret_report);

/* Whether cfgw_replace() that returned @error has put the text in the file all the same. */
bool is_written(int error);

/*
 * Says what @error of cfgw_replace(), or 0 for a @generation 0, means; the exit code. Not for
 * -EBADMSG, which comes with a report.
 */
int fail_replace(const struct cli *cli, const struct target *target, int error);

/* -------------------------------------------------------------------- lock */

/*
 * The lock that keeps two edits of one file apart: held until @ret_fd is closed. -EBUSY:
 * somebody has it, the process @ret_pid (0: not known). -ENOENT: there is no file to lock.
 */
int edit_lock(const char *path, int *ret_fd, pid_t *ret_pid);

/* -------------------------------------------------------------------- copy */

struct copy {
        char *directory, *path;
};

/* A copy of @text under the name that @path ends with, in a private directory. */
int copy_make(const char *path, const struct text *text, struct copy *ret);

/* Whether the editor has left nothing beside it. */
bool copy_is_alone(const struct copy *copy);

/* Removes it from disk with all that is beside it; copy_done() frees the names. */
void copy_remove(struct copy *copy);
void copy_done(struct copy *copy);

/* ------------------------------------------------------------------ editor */

struct editor_end {
        int status; /* as a shell counts: 128 and more is a signal that ended the editor */
        int signal; /* that somebody has sent to us meanwhile, to end; 0: none */
};

/* What runs: $VISUAL, $EDITOR or vi. A shell command line. */
const char *editor_command(void);

/*
 * Runs the editor on the file at @path, if it can be told so with the cursor in @line (0: none),
 * and waits for its end. Negative errno if it cannot.
 */
int editor_run(const char *path, uint32_t line, struct editor_end *ret);

/* ------------------------------------------------------------------ rescue */

/*
 * From here on a signal that ends the program first says that the text is kept at @path. What is
 * ignored stays ignored.
 */
void rescue_begin(const char *path);
void rescue_end(void);

/* The signals that end this program. */
void rescue_signals(sigset_t *ret);

/* Ends the program by @number, so that whoever waits for it knows. */
_Noreturn void end_by_signal(int number);

/* ------------------------------------------------------------------ prompt */

/*
 * Asks @question on the terminal until the answer is one of @letters. '\0': there is no terminal,
 * or it has closed.
 */
char prompt_ask(const char *question, const char *letters);

static inline void close_done(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

static inline void report_done(cfgw_report **report)
{
        cfgw_report_free(*report);
}

static inline void config_done(const cfgw_config **config)
{
        cfgw_config_unref(*config);
}

#endif
