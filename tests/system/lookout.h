/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_SYSTEM_LOOKOUT_H
#define CFGWATCH_TESTS_SYSTEM_LOOKOUT_H

/*
 * Contents that show by themselves whether they are whole, and a thread that looks up all the
 * time and notes every content that it was ever given.
 */

#include <cfgwatch/cfgwatch.h>
#include <stdbool.h>

#define CONTENT_STORES 200
#define CONTENT_SIZE_MAX 32768

/* A datastore.cfg in which every section names @tag, which has as many bytes each time. */
void content_write(char ret[CONTENT_SIZE_MAX], const char *tag);

/* The tag, if @config is such a content as a whole; NULL if anything in it is not. */
const char *content_tag(const cfgw_config *config);

struct lookout;

/* Starts the thread; @client must have content for it by then. */
struct lookout *lookout_start(cfgw_client *client);

/*
 * Ends the thread and fails the test unless it saw exactly these contents in this order, told
 * by their tags with blanks between ("v0 v1"), and nothing else at any time. NULL: any whole
 * contents will do.
 */
void lookout_assert(struct lookout *lookout, const char *tags);

/* Ends the thread without a question. Accepts NULL. */
struct lookout *lookout_free(struct lookout *lookout);

/* How many lookups it has made. */
uint64_t lookout_count(const struct lookout *lookout);

#endif
