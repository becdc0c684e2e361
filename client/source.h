/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SOURCE_H
#define CFGWATCH_SOURCE_H

/*
 * The source file: a stable read of it, and its way through the parser of its format into a
 * snapshot. The daemon and the library's own reading both stand on this.
 */

#include "digest.h"
#include "parse_rules.h"
#include "snapshot.h"

#include <sys/stat.h>

enum source_result {
        SOURCE_READ,      /* whole: the same file before, after, and at the path */
        SOURCE_TORN,      /* it changed while it was read, or a lease held us up: try again */
        SOURCE_MISSING,   /* ENOENT, ENOTDIR */
        SOURCE_UNREADABLE /* reason says why: errno text, not a regular file, too large */
};

enum source_writer {
        SOURCE_WRITER_UNKNOWN, /* not probed, or the kernel does not tell us */
        SOURCE_WRITER_NONE,
        SOURCE_WRITER_PRESENT /* somebody has the file open for writing, or mapped so */
};

struct source {
        enum source_result result;
        enum source_writer writer;
        char *data; /* SOURCE_READ: the bytes, one NUL byte behind; owned */
        size_t size;
        struct digest digest;
        struct stat stat; /* of the file that was read */
        bool has_acl;     /* it has an access control list beside its mode (acl(5)) */
        int error;        /* SOURCE_UNREADABLE, SOURCE_MISSING: negative errno */
        char reason[128]; /* ... and in words */
};

#define SOURCE_INIT ((struct source){.data = NULL})

/*
 * Reads the file at @path once: open, fstat, read to the end, fstat, compare with what is at
 * the path now. Never blocks on a FIFO. Where @known is not NULL and the content is another,
 * a lease tells whether a writer is present; the caller must ignore SIGIO then.
 * Returns 0 and any result in @ret (free with source_clear()); -ENOMEM.
 */
int source_read(const char *path, size_t size_max, const struct digest *known, struct source *ret);

/* Whether both are of the same file with the same size and stamps. */
bool stat_equal(const struct stat *a, const struct stat *b);

void source_clear(struct source *source);

/*
 * Parses what was read into a snapshot (free() it) by @rules and the schema of @domain. How
 * large it is, is whoever read it to have bounded. -EBADMSG: the report says why.
 */
int source_parse(const struct source *source, const char *domain, const char *path,
                 const struct parse_rules *rules, cfgw_report *report, struct snapshot **ret);

#endif
