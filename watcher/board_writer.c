/* SPDX-License-Identifier: MIT */
/*
 * The board, write side. Which word is written in which order, and why that is enough for
 * the readers, is told in client/board.c.
 *
 * The whole file is written with write(2) before it is mapped: on a full tmpfs that is an
 * error here, where a store to a page that cannot be had would be a SIGBUS later.
 *
 * The caller holds the lock of the runtime directory, so there is one writer; and it is one
 * thread, so its own words may be read back relaxed.
 */
#include "board_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define BOARD_FILE_NEW BOARD_FILE ".new" /* until it is renamed into place */

struct board_writer {
        int directory;
        struct board_header *header; /* the mapping */
        size_t size;
        bool published;
};

static struct board_slot *slot_at(struct board_writer *writer, size_t i)
{
        return (struct board_slot *)(writer->header + 1) + i;
}

static int make_image(const char *const *domains, size_t count, struct board_header **ret)
{
        struct board_header *header;
        struct board_slot *slots;

        if (count > BOARD_SLOTS_MAX)
                return -E2BIG;
        header = calloc(1, board_size(count));
        if (!header)
                return -ENOMEM;
        header->magic = BOARD_MAGIC;
        header->version = BOARD_VERSION;
        header->slot_size = sizeof(struct board_slot);
        header->slot_count = (uint32_t)count;
        header->size = board_size(count);
        atomic_init(&header->daemon, BOARD_RUNNING);
        slots = (struct board_slot *)(header + 1);
        for (size_t i = 0; i < count; i++) {
                if (!domain_name_valid(domains[i])) {
                        free(header);
                        return -EINVAL;
                }
                strcpy(slots[i].name, domains[i]);
        }
        *ret = header;
        return 0;
}

/* Writes and maps the file; the caller removes it where this fails. */
static int write_file(struct board_writer *writer, const struct access *access,
                      const struct board_header *image)
{
        _cleanup_close_ int fd = -1;
        void *header;
        int r;

        fd = openat(writer->directory, BOARD_FILE_NEW,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        r = write_all(fd, image, image->size);
        if (r < 0)
                return r;
        r = access_apply(fd, *access);
        if (r < 0)
                return r;
        header = mmap(NULL, image->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (header == MAP_FAILED)
                return -errno;
        writer->header = header;
        writer->size = image->size;
        return 0;
}

int board_writer_new(const char *runtime_directory, const struct access *access,
                     const char *const *domains, size_t count, struct board_writer **ret)
{
        _cleanup_(board_writer_free_p) struct board_writer *writer = NULL;
        _cleanup_free_ struct board_header *image = NULL;
        int r;

        writer = calloc(1, sizeof(*writer));
        if (!writer)
                return -ENOMEM;
        writer->directory = open(runtime_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (writer->directory < 0)
                return -errno;
        r = make_image(domains, count, &image);
        if (r < 0)
                return r;
        unlinkat(writer->directory, BOARD_FILE_NEW, 0); /* of a daemon that died here */
        r = write_file(writer, access, image);
        if (r < 0)
                return r;
        *ret = STEAL(writer);
        return 0;
}

/* Release: who sees the new number and looks again finds all that was written before. */
static void announce(struct board_header *header)
{
        atomic_fetch_add_explicit(&header->change, 1, memory_order_release);
        syscall(SYS_futex, &header->change, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void end(struct board_header *header, enum board_daemon daemon)
{
        atomic_store_explicit(&header->daemon, daemon, memory_order_relaxed);
        atomic_store_explicit(&header->alive_usec, 0, memory_order_release);
        announce(header);
}

/*
 * Maps the header of the board at the path; NULL if there is none that one could retire. A
 * file of somebody else is left alone: he could cut it short under the mapping.
 */
static struct board_header *map_old(int directory)
{
        _cleanup_close_ int fd = -1;
        struct board_header *header;
        struct stat stat;

        fd = openat(directory, BOARD_FILE, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode) || stat.st_uid != geteuid() ||
            stat.st_size < (off_t)sizeof(*header))
                return NULL;
        header = mmap(NULL, sizeof(*header), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (header == MAP_FAILED)
                return NULL;
        if (header->magic != BOARD_MAGIC) {
                munmap(header, sizeof(*header));
                return NULL;
        }
        return header;
}

int board_writer_publish(struct board_writer *writer, uint64_t now)
{
        struct board_header *old = map_old(writer->directory);
        int r = 0;

        board_writer_beat(writer, now);
        if (renameat(writer->directory, BOARD_FILE_NEW, writer->directory, BOARD_FILE) < 0)
                r = -errno;
        else
                writer->published = true;
        if (old) {
                if (r == 0)
                        end(old, BOARD_RETIRED);
                munmap(old, sizeof(*old));
        }
        return r;
}

struct board_writer *board_writer_free(struct board_writer *writer)
{
        if (!writer)
                return NULL;
        if (writer->published)
                end(writer->header, BOARD_STOPPED);
        else if (writer->directory >= 0)
                unlinkat(writer->directory, BOARD_FILE_NEW, 0);
        if (writer->header)
                munmap(writer->header, writer->size);
        if (writer->directory >= 0)
                close(writer->directory);
        free(writer);
        return NULL;
}

void board_writer_set(struct board_writer *writer, size_t i, const struct board_entry *entry)
{
        struct board_slot *slot = slot_at(writer, i);
        uint64_t words[BOARD_ENTRY_WORDS] = {0};
        uint32_t sequence = atomic_load_explicit(&slot->sequence, memory_order_relaxed);
        uint32_t changes = atomic_load_explicit(&slot->changes, memory_order_relaxed);

        memcpy(words, entry, sizeof(*entry));
        atomic_store_explicit(&slot->sequence, sequence + 1, memory_order_relaxed);
        for (size_t k = 0; k < BOARD_ENTRY_WORDS; k++)
                atomic_store_explicit(&slot->words[k], words[k], memory_order_release);
        atomic_store_explicit(&slot->sequence, sequence + 2, memory_order_release);
        atomic_store_explicit(&slot->changes, changes + 1, memory_order_release);
        atomic_store_explicit(&slot->generation, entry->generation, memory_order_release);
        announce(writer->header);
}

void board_writer_beat(struct board_writer *writer, uint64_t now)
{
        /* Relaxed: nothing hangs on it but itself. */
        atomic_store_explicit(&writer->header->alive_usec, now, memory_order_relaxed);
}
