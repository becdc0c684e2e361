/* SPDX-License-Identifier: MIT */
#include "fake_daemon.h"

#include "report.h"
#include "source.h"
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const domains[] = {"datastore", "remote"};

/* Long enough for a slow machine, and short of what a clock that ran back would look like. */
#define LIFE_AHEAD_USEC (3 * USEC_PER_SEC)

struct fake_daemon fake_start(const char *directory, uint64_t epoch)
{
        struct fake_daemon daemon = {.directory = directory, .epoch = epoch};
        struct access access = {.gid = getegid(), .mode = 0644};

        assert_int_equal(
                board_writer_new(directory, &access, domains, ELEMENTS(domains), &daemon.writer),
                0);
        assert_int_equal(board_writer_publish(daemon.writer, now_usec() + LIFE_AHEAD_USEC), 0);
        return daemon;
}

static struct snapshot *make_snapshot(const struct fake_daemon *daemon, const char *domain,
                                      const char *path, const char *text)
{
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_TOLERANT);
        struct source source = SOURCE_INIT;
        struct snapshot *snapshot;

        rules.format = daemon->format;
        source.result = SOURCE_READ;
        source.data = (char *)(uintptr_t)text;
        source.size = strlen(text);
        source.digest = digest_of(text, source.size);
        assert_int_equal(source_parse(&source, domain, path, &rules, NULL, &snapshot), 0);
        return snapshot;
}

void fake_store(const struct fake_daemon *daemon, const char *domain, uint64_t generation,
                const char *path, const char *text)
{
        struct snapshot *snapshot = make_snapshot(daemon, domain, path, text);
        char temporary[256], name[256];
        int fd;

        snprintf(name, sizeof(name), "%s/%s", daemon->directory, domain);
        mkdir(name, 0755);
        snprintf(temporary, sizeof(temporary), "%s/%s/new", daemon->directory, domain);
        snprintf(name, sizeof(name), "%s/%s/%" PRIu64 ".snap", daemon->directory, domain,
                 generation);
        snapshot_stamp(snapshot, daemon->epoch, generation, 1);
        fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, snapshot, snapshot_size(snapshot)), 0);
        close(fd);
        assert_int_equal(rename(temporary, name), 0);
        free(snapshot);
}

void fake_state(const struct fake_daemon *daemon, size_t i, uint64_t generation, const char *text,
                cfgw_state state, uint32_t line, const char *reason)
{
        struct board_entry entry = {
                .generation = generation,
                .epoch = daemon->epoch,
                .since_usec = generation,
                .state = state,
                .line = line,
        };

        if (text)
                entry.digest = digest_of(text, strlen(text));
        snprintf(entry.reason, sizeof(entry.reason), "%s", reason);
        board_writer_set(daemon->writer, i, &entry);
}

void fake_accept(const struct fake_daemon *daemon, size_t i, uint64_t generation, const char *path,
                 const char *text)
{
        fake_store(daemon, domains[i], generation, path, text);
        fake_state(daemon, i, generation, text, CFGW_STATE_VALID, 0, "");
}

void fake_beat(const struct fake_daemon *daemon)
{
        board_writer_beat(daemon->writer, now_usec() + LIFE_AHEAD_USEC);
}

void fake_fall_silent(const struct fake_daemon *daemon)
{
        board_writer_beat(daemon->writer, now_usec() - BOARD_SILENCE_USEC);
}

void fake_stop(struct fake_daemon *daemon)
{
        daemon->writer = board_writer_free(daemon->writer);
}

const char *fake_text(const char *name, const char *path)
{
        static _Thread_local char texts[8][256];
        static _Thread_local unsigned int turn;
        char *text = texts[turn++ % ELEMENTS(texts)];

        snprintf(text, sizeof(texts[0]), "datastore: %s\n\tpath %s\n", name, path);
        return text;
}
