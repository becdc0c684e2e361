/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_OPTIONS_H
#define CFGWATCH_OPTIONS_H

/* What the daemon is told by its command line, its configuration file and its environment. */

#include "domain.h"

struct options {
        char *runtime_directory;
        char *state_directory;
        char *publisher; /* the helper's program */
        int log_level;   /* LOG_ERR … LOG_DEBUG */
        size_t history_length;
        struct settle_times times; /* of every domain that says nothing else; as well: */
        enum domain_empty empty;
        enum domain_missing missing;
        struct parse_limits limits;
        size_t count;
        struct domain_options *domains; /* their names and paths are owned here */
};

/* What main() is to do after options_parse(). */
enum options_action { OPTIONS_RUN, OPTIONS_SHOW_HELP, OPTIONS_SHOW_VERSION };

/*
 * Parses the arguments, the file that --config names, and fills in the defaults. Command
 * line beats file, file beats environment. Returns an enum options_action, or -EINVAL after
 * writing one line for the user to @error (free() it; NULL without memory).
 * @publisher: the helper's program where nobody names one.
 */
int options_parse(int argc, char **argv, const char *publisher, struct options *ret, char **error);

void options_clear(struct options *options);

/* The text of --help. */
extern const char options_help[];

#endif
