/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_SYSTEM_PROCESS_H
#define CFGWATCH_TESTS_SYSTEM_PROCESS_H

/* Child processes of a test: started, fed, waited for with a deadline, and never left behind. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Orphans become children of the test from here on, so that process_kill_all() finds them. */
void process_adopt_orphans(void);

/*
 * Starts a program in a process group of its own, with no input; output and errors are
 * appended to @log (NULL: the test's own). It dies with the test. Fails the test if it cannot.
 */
pid_t process_start(const char *const argv[], const char *log);

/* Waits for its end: the exit status, or 128 + signal. Fails the test if it takes too long. */
int process_wait(pid_t pid, uint64_t timeout_usec);

/* Whether it still runs (a child that has ended is not reaped). */
int process_is_running(pid_t pid);

/* Runs a shell command in the process's directory; its exit status. Output goes to @log. */
int process_shell(const char *command, const char *log);

/* Whether there are pseudo terminals to be had: not in a chroot without /dev/pts. */
bool process_has_terminals(void);

/*
 * Runs a program on a terminal of its own and types the keys of each turn as soon as it has
 * written the prompt, not counting what it wrote before the last turn. Returns its exit status.
 */
struct process_turn {
        const char *prompt, *keys;
};
int process_converse(const char *const argv[], const struct process_turn *turns, size_t count);

/* The same with one turn. */
int process_type(const char *const argv[], const char *prompt, const char *keys);

/* Kills every child, grandchildren included, and reaps them. */
void process_kill_all(void);

#endif
