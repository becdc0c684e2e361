/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_UNIT_REPLACING_H
#define CFGWATCH_TESTS_UNIT_REPLACING_H

/* Calls of cfgw_replace() for a file of the test's own, with no daemon. All of it asserts. */

#include "testing.h"

#include <cfgwatch/cfgwatch.h>
#include <sys/stat.h>

#define OLD "datastore: old\n\tpath /old\n"
#define NEW "datastore: new\n\tpath /new\n"

#define SOON_USEC (UINT64_C(50) * 1000)

/* A user and a group that the file may belong to; nobody has to know them. */
#define USER 4321
#define GROUP 8765

/* A client of no daemon, whose datastore domain has the file at @path. */
cfgw_client *replacing_client(void **state, const char *path);

/* The result of cfgw_replace(): with these arguments, with this text, with what is expected. */
int replacing_with(void **state, const char *path, const cfgw_replacement *replacement);
int replacing(void **state, const char *path, const char *text);
int replacing_expecting(void **state, const char *path, const char *text, const char *expected);

/* The path of etc/datastore.cfg in a directory of its own, with this text; NULL: it is missing. */
const char *replacing_file(void **state, const char *text);

void replacing_assert_content(void **state, const char *path, const char *text);

/* That there is the file and its lock, and nothing else. */
void replacing_assert_no_litter(void **state);

size_t replacing_count_entries(const char *path);
struct stat replacing_stat(const char *path); /* of a link itself */

#endif
