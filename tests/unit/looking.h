/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_UNIT_LOOKING_H
#define CFGWATCH_TESTS_UNIT_LOOKING_H

/* One domain on real files and on a clock that the test owns. */

#include "testing.h"

#include "domain.h"

#define FIRST "datastore: one\n\tpath /srv/one\n"
#define SECOND "datastore: two\n\tpath /srv/two\n"

/* A domain, and the time that it is told. */
struct fixture {
        struct domain *domain;
        const char *path;
        uint64_t now;
};

/* Opens the domain of file.cfg in the test's directory, as a daemon does that starts. */
struct fixture start(void **state);

/* The same; what @wanted says beside name, path, times and history counts. */
struct fixture start_with(void **state, const struct domain_options *wanted);

/* Looks as often as looks are due until the domain is clean; the greatest news that came. */
enum domain_news settle(struct fixture *fixture);

/* Writes the file, says so, and settles. */
enum domain_news save(struct fixture *fixture, const char *text);

#endif
