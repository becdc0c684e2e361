/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_EDITING_H
#define CFGWATCH_EDITING_H

/* What the tests of `cfgwatch edit` share. */

#include "harness.h"

#define GOOD                                                                                       \
        "datastore: one\n"                                                                         \
        "\tcomment first store\n"                                                                  \
        "\tpath /mnt/one\n"
#define OTHER                                                                                      \
        "datastore: one\n"                                                                         \
        "\tcomment other store\n"                                                                  \
        "\tpath /mnt/one\n"

/* The editor from here on: a shell script, for which "$1" is the copy. */
void set_editor(struct harness *harness, const char *script);

/* Where the private copies go, empty. */
void make_room(struct harness *harness);

/* A small file, GOOD, as generation 1. */
void begin(struct harness *harness);

const char *file_text(struct harness *harness);
void expect_no_litter(struct harness *harness);

/* What is kept in the place that was told. */
const char *kept_text(struct harness *harness, const char *err);

void expect_untouched(struct harness *harness);

#endif
