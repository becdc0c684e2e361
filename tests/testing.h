/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_TESTING_H
#define CFGWATCH_TESTS_TESTING_H

/* What every test program uses: cmocka, a directory of its own, deadlines, fd leak check. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>

/* No single test program may run longer, whatever it waits for: the alarm kills it. */
#define TEST_DEADLINE_SECONDS 240

/* A generous limit for one condition that a test waits for. */
#define TEST_PATIENCE_USEC (UINT64_C(20) * 1000 * 1000)

/*
 * Setup and teardown of every test: *state is the path of a new directory below the build
 * tree (never /tmp: editors behave differently there), removed by the teardown, which fails
 * the test if it left a file descriptor or a child process behind.
 */
int testing_setup(void **state);
int testing_teardown(void **state);

#define TEST(function) cmocka_unit_test_setup_teardown(function, testing_setup, testing_teardown)

/* Ends the test: it cannot run here, and @reason (a literal) says why. */
#define SKIP(reason)                                                                               \
        do {                                                                                       \
                printf("# skip: %s\n", reason);                                                    \
                skip();                                                                            \
        } while (0)

/* Runs the group: `int main(void) { return TESTING_RUN(tests); }`. Arms the deadline. */
int testing_begin(void);
#define TESTING_RUN(tests)                                                                         \
        (testing_begin() ? 1 : cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL))

/* "DIRECTORY/NAME", printf style, in memory that lives until the teardown. */
const char *testing_path(void **state, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Writes (creates or truncates) a file in one write; asserts that it worked. */
void testing_write_file(const char *path, const char *text);

/* Reads a whole file into memory that lives until the teardown; NULL if it is not there. */
char *testing_read_file(void **state, const char *path);

/* A file of the project's tests/data, as an absolute path that lives until the teardown. */
const char *testing_data(void **state, const char *name);

/* Waits until the expression is true, looking every 2 ms; fails the test after the patience. */
#define WAIT_FOR(expression)                                                                       \
        do {                                                                                       \
                uint64_t wait_until_ = testing_now() + TEST_PATIENCE_USEC;                         \
                while (!(expression)) {                                                            \
                        if (testing_now() > wait_until_)                                           \
                                fail_msg("waited in vain for: %s", #expression);                   \
                        testing_nap();                                                             \
                }                                                                                  \
        } while (0)

uint64_t testing_now(void); /* CLOCK_MONOTONIC, microseconds */
void testing_nap(void);     /* 2 ms, between two looks of WAIT_FOR */

#endif
