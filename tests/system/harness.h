/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_SYSTEM_HARNESS_H
#define CFGWATCH_TESTS_SYSTEM_HARNESS_H

/*
 * The real daemon in a directory of the test's own: started, waited for, stopped, and never
 * left behind; a client beside it, and a count of the events that came.
 *
 * Shell commands and editors find the file as $FILE, in the current directory.
 */

#include "lookout.h"
#include "process.h"
#include "testing.h"

#include <cfgwatch/cfgwatch.h>
#include <jansson.h>

struct harness {
        void *testing; /* &harness->testing is what testing_path() wants */
        const char *build;
        const char *runtime, *state, *directory, *file, *notify, *daemon_log, *shell_log;
        int ready; /* the daemon's sd_notify() arrives here, and nobody reads on after READY */
        pid_t daemon;

        cfgw_client *client;
        cfgw_reader *reader;
        struct lookout *lookout; /* if the test started one */

        /* Events so far, the first one of each domain left out. */
        bool listening;
        unsigned int changes, states;
        uint64_t told_generation; /* by the last event */
        cfgw_state told_state;
        uint32_t told_line;
        char told_reason[256];
};

int harness_setup(void **state);
int harness_teardown(void **state);

#define SYSTEM_TEST(function)                                                                      \
        cmocka_unit_test_setup_teardown(function, harness_setup, harness_teardown)

/* Whether the run is slow (sanitizers) or must be short: CFGWATCH_TEST_SLOW is set. */
bool harness_is_slow(void);

/* ------------------------------------------------------------------- daemon */

/* Starts the daemon with these options as well (words with blanks between) and waits for READY. */
void harness_start(struct harness *harness, const char *options);

/* As above, without waiting; and the wait. */
void harness_launch(struct harness *harness, const char *options);
void harness_await_ready(struct harness *harness);

/* Sends @number and waits for the end: 0 or 128 + signal. */
int harness_stop(struct harness *harness, int number);

/* What `status` says; json_decref() it. And the datastore domain in it, borrowed from it. */
json_t *harness_status(struct harness *harness);
json_t *harness_domain(json_t *status);

/* A number in there: harness_number(harness, "found", "ttl"), or with NULL for the second. */
uint64_t harness_number(struct harness *harness, const char *key, const char *second);

pid_t harness_publisher(struct harness *harness); /* 0: none just now */

/* --------------------------------------------------------------------- file */

/* Writes the content with this tag: over the file at once by rename, or in place. */
void harness_save(struct harness *harness, const char *tag);
void harness_save_at(struct harness *harness, const char *path, const char *tag);

/* Runs a shell command beside the file; fails the test unless it succeeds. */
void harness_shell(struct harness *harness, const char *command);

/* The SHA-256 of the file as sha256sum(1) says. */
const char *harness_file_digest(struct harness *harness);

/* ------------------------------------------------------------------- client */

/* Waits for the generation, then makes sure that it is the last: a sync finds no other. */
void harness_expect_generation(struct harness *harness, uint64_t generation);

/* The sync barrier alone: the generation in force. */
uint64_t harness_sync(struct harness *harness);

/* Fails the test unless the reader's content is whole and has this tag. */
void harness_expect_content(struct harness *harness, const char *tag);

/* Whether it has, in a form for WAIT_FOR. */
bool harness_has_content(struct harness *harness, const char *tag);

/* Whether these are the freshness and state that the library tells; as well. */
bool harness_is(struct harness *harness, cfgw_freshness freshness, cfgw_state state);

void harness_look_out(struct harness *harness); /* starts the lookout */

/* Subscribes and takes the first event in; then takes in what came. Returns the changes. */
void harness_listen(struct harness *harness);
unsigned int harness_drain(struct harness *harness);

#endif
