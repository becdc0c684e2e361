/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CLI_PAST_H
#define CFGWATCH_CLI_PAST_H

/* What was, for the commands that tell of it or bring it back: history, diff, rollback. */

#include "cli.h"

#define PAST_MAX 1000 /* generations that are shown; the daemon tells of one more */

/* What is known of one generation without its content. */
struct past_entry {
        uint64_t generation;
        uint64_t accepted_usec; /* CLOCK_REALTIME */
        uint64_t size;
        const char *digest;  /* "sha256:…"; NULL: it is damaged */
        struct json_t *json; /* the daemon's own words */
};

struct past {
        struct json_t *json; /* all of the daemon's words; what follows is lent out of them */
        struct past_entry *entries;
        size_t count;
};

/*
 * The newest @count generations that are kept of @domain, that first; at least one. On failure
 * says why and returns the exit code.
 */
int past_list(const struct cli *cli, const char *domain, size_t count, struct past *ret);
void past_done(struct past *past);

/* The entry of @generation, or NULL. */
const struct past_entry *past_find(const struct past *past, uint64_t generation);

/* A generation's number on the command line. On failure says why and returns the exit code. */
int past_parse(const char *text, uint64_t *ret);

/* Why cfgw_client_load_generation() has failed, of one generation; NULL: it is no matter of that.
 */
const char *past_reason(int error);

/* Says why it has failed; the exit code. */
int past_fail(const struct cli *cli, const char *domain, uint64_t generation, int error);

#endif
