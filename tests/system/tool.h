/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_SYSTEM_TOOL_H
#define CFGWATCH_TESTS_SYSTEM_TOOL_H

/* Shell commands in which `cfgwatch` is the tool: what they say and where. */

#include "harness.h"

/* What a command said. */
struct said {
        int status;
        const char *out, *err; /* until the teardown */
};

/* Runs a shell command beside the file. */
struct said tool_run(struct harness *harness, const char *command);

/* Runs it and fails the test unless it says so; and a word on stderr if and only if it fails. */
void tool_expect(struct harness *harness, const char *command, int status, const char *out);

/*
 * Lets everybody into the test's directory and sets "$AS_NOBODY", which goes before a command.
 * Skips the test where there is no such thing: not root, or the programs lie where nobody else gets
 * at.
 */
void need_nobody(struct harness *harness);

/* Fails the test unless @part is in @text, or is not. */
void expect_in(const char *text, const char *part);
void expect_not_in(const char *text, const char *part);

#endif
