/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_FAKE_DAEMON_H
#define CFGWATCH_TESTS_FAKE_DAEMON_H

/*
 * Plays the daemon for the library's tests: board and snapshot files as the real one leaves
 * them, at the moments that the test chooses. All of it asserts.
 */

#include "board_writer.h"

#define FAKE_EPOCH UINT64_C(0x9f00112233445566)

struct fake_daemon {
        const char *directory; /* the runtime directory, borrowed */
        uint64_t epoch;
        struct board_writer *writer;
        cfgw_format format; /* of all files; section-config, unless the test says otherwise */
};

/* A board with the domains "datastore" (0) and "remote" (1), published, beating now. */
struct fake_daemon fake_start(const char *directory, uint64_t epoch);

/* Makes the snapshot file of @text, which came from @path, and nothing else of it. */
void fake_store(const struct fake_daemon *daemon, const char *domain, uint64_t generation,
                const char *path, const char *text);

/* That, and shows it on the board: state valid, since the generation's number. */
void fake_accept(const struct fake_daemon *daemon, size_t i, uint64_t generation, const char *path,
                 const char *text);

/* The same content in force, in another state. */
void fake_state(const struct fake_daemon *daemon, size_t i, uint64_t generation, const char *text,
                cfgw_state state, uint32_t line, const char *reason);

/* Shows life for now and some seconds to come. */
void fake_beat(const struct fake_daemon *daemon);

/* As if it had been killed some time ago: the board stays, and is silent. */
void fake_fall_silent(const struct fake_daemon *daemon);

/* A clean stop. */
void fake_stop(struct fake_daemon *daemon);

/* "datastore: NAME\n\tpath /PATH\n", in static memory, good for a few calls. */
const char *fake_text(const char *name, const char *path);

#endif
