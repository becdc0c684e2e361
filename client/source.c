/* SPDX-License-Identifier: MIT */

/*
 * A stable read of the source file.
 *
 * What was read counts only if nothing moved meanwhile: the same inode with the same size and
 * the same stamps before, after, and at the path. That finds a rename over the path, a
 * truncation and a write, as long as the file system's clock ticked between the write and
 * the first look: stamps may be 4 ms coarse. What slips through is a writer that was at it
 * right before the first look and goes on later. For him there is the lease probe: the kernel
 * refuses a read lease while somebody has the file open for writing. Neither is proof for
 * every file system, so the caller also waits until the content rests (settle.c).
 *
 * The mode, the owner and the number of links are not compared, but a change of them moves
 * ctime, and then the file is read once more: harmless. The access time is no part of it.
 */

#include "source.h"

#include "ini_config.h"
#include "section_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

static bool same_time(struct timespec a, struct timespec b)
{
        return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool stat_equal(const struct stat *a, const struct stat *b)
{
        return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
               same_time(a->st_mtim, b->st_mtim) && same_time(a->st_ctim, b->st_ctim);
}

/*
 * Between the two calls an open for writing by somebody else would wait for us, and we would
 * be sent SIGIO: the lease must go with the very next instruction.
 */
static enum source_writer probe_writer(int fd)
{
        int r = fcntl(fd, F_SETLEASE, F_RDLCK);

        if (r == 0) {
                fcntl(fd, F_SETLEASE, F_UNLCK);
                return SOURCE_WRITER_NONE;
        }
        return errno == EAGAIN ? SOURCE_WRITER_PRESENT : SOURCE_WRITER_UNKNOWN;
}

static int fail(struct source *source, int error)
{
        const char *words = strerrordesc_np(-error);

        source->result = error == -ENOENT || error == -ENOTDIR ? SOURCE_MISSING : SOURCE_UNREADABLE;
        source->error = error;
        snprintf(source->reason, sizeof(source->reason), "%s", words ? words : "unknown error");
        return 0;
}

static int fail_size(struct source *source, size_t size_max)
{
        fail(source, -EFBIG);
        snprintf(source->reason, sizeof(source->reason), "larger than %zu bytes", size_max);
        return 0;
}

static int fail_type(struct source *source)
{
        fail(source, -EINVAL);
        snprintf(source->reason, sizeof(source->reason), "not a regular file");
        return 0;
}

/*
 * Another program's lease (a file server's) that our opening has begun to break: it ends in a
 * moment, and no event tells of that, so this is tried again like a read that was disturbed.
 */
static int fail_open(struct source *source, int error)
{
        if (error != -EWOULDBLOCK)
                return fail(source, error);
        source->result = SOURCE_TORN;
        return 0;
}

/* Whether what was read in @fd, opened when it was @before, is still what the path names. */
static bool is_stable(int fd, const char *path, const struct stat *before, size_t size)
{
        struct stat after, named;

        return (uintmax_t)before->st_size == size && fstat(fd, &after) == 0 &&
               stat(path, &named) == 0 && stat_equal(before, &after) && stat_equal(&after, &named);
}

static int read_opened(int fd, const char *path, size_t size_max, const struct digest *known,
                       struct source *source)
{
        int r;

        if (fstat(fd, &source->stat) < 0)
                return fail(source, -errno);
        if (!S_ISREG(source->stat.st_mode))
                return fail_type(source);
        if ((uintmax_t)source->stat.st_size > size_max)
                return fail_size(source, size_max);
        r = read_all(fd, (size_t)source->stat.st_size, size_max, &source->data, &source->size);
        if (r == -ENOMEM)
                return r;
        if (r == -EFBIG)
                return fail_size(source, size_max);
        if (r < 0)
                return fail(source, r);
        source->has_acl = fgetxattr(fd, "system.posix_acl_access", NULL, 0) > 0;
        source->digest = digest_of(source->data, source->size);
        if (known && !digest_equal(known, &source->digest))
                source->writer = probe_writer(fd);
        source->result =
                is_stable(fd, path, &source->stat, source->size) ? SOURCE_READ : SOURCE_TORN;
        return 0;
}

int source_read(const char *path, size_t size_max, const struct digest *known, struct source *ret)
{
        struct source source = SOURCE_INIT;
        int fd, r;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0) {
                r = fail_open(&source, -errno);
        } else {
                r = read_opened(fd, path, size_max, known, &source);
                close(fd);
        }
        if (r < 0)
                return r;
        if (source.result != SOURCE_READ) {
                free(source.data);
                source.data = NULL;
                source.size = 0;
        }
        *ret = source;
        return 0;
}

void source_clear(struct source *source)
{
        free(source->data);
        *source = SOURCE_INIT;
}

int source_parse(const struct source *source, const char *domain, const char *path,
                 const struct parse_rules *rules, cfgw_report *report, struct snapshot **ret)
{
        _cleanup_(snapshot_builder_free_p) struct snapshot_builder *builder = NULL;
        const struct snapshot_origin origin = {domain, path, source->digest, source->size,
                                               rules->format};
        struct text data = {source->data, source->size};
        struct snapshot_bounds bounds = document_bounds(data, domain, rules);
        struct document document;
        int r;

        r = snapshot_builder_new(&origin, &bounds, &builder);
        if (r < 0)
                return r;
        document = document_begin(domain, rules, report, builder);
        r = rules->format == CFGW_FORMAT_INI ? ini_config_parse(&document, data)
                                             : section_config_parse(&document, data);
        if (r < 0)
                return r;
        *ret = snapshot_builder_finish(builder);
        return 0;
}
