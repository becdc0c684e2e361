/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_SAVES_WAY_H
#define CFGWATCH_TESTS_SAVES_WAY_H

/* A way of saving: a script in ways/GROUP/ and what its head comment says (see `way`). */

#include <stdbool.h>
#include <stddef.h>

#define WAY_TEXT_MAX 160

struct way {
        char script[512];
        char name[WAY_TEXT_MAX]; /* "editors/vim" */
        char title[WAY_TEXT_MAX];
        char file[WAY_TEXT_MAX]; /* below the test's directory */
        char options[WAY_TEXT_MAX];
        char found[WAY_TEXT_MAX];    /* who finds the change: event, ttl, poll */
        char contents[WAY_TEXT_MAX]; /* the tags that readers see */
        bool changes;                /* one generation, else none */
        bool alarm;                  /* a state other than valid may be shown meanwhile */
};

/* Reads a script's head comment; fails the program if there is something wrong with it. */
void way_load(const char *group, const char *script, struct way *ret);

/* All of a group, in the order of their names; free() it. */
struct way *way_load_group(const char *group, size_t *ret_count);

#endif
