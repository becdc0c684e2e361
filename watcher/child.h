/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CHILD_H
#define CFGWATCH_CHILD_H

/* A child process at the other end of a socketpair. */

#include "util.h"

/* PROGRAM, @arguments (NULL-terminated) and this process's pid as the last one. */
int child_argv_new(const char *program, const char *const *arguments, char ***ret);
void child_argv_free(char **argv);

/*
 * Starts argv[0] (a path) with its end of a SOCK_SEQPACKET socketpair as @child_fd, the signals of
 * a terminal blocked and all others as by default. No other process has that end.
 */
int child_start(char *const *argv, int child_fd, int *ret_fd, pid_t *ret_pid);

#endif
