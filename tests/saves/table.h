/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_SAVES_TABLE_H
#define CFGWATCH_TESTS_SAVES_TABLE_H

/*
 * The table of ways of saving: tries each way of a group (or those named in the environment
 * variable CFGWATCH_WAYS, as a glob(7) pattern of names) against a real daemon. Returns what
 * main() is to return.
 *
 * For each it prints "# way|NAME|TITLE|FOUND|USEC": who found the change, and how long after
 * the end of the save it was in force.
 */
int table_run(const char *group);

#endif
