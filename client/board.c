/* SPDX-License-Identifier: MIT */
/*
 * The board, read side
 * ====================
 *
 * One file in the runtime directory, mapped shared: the daemon writes it, everybody else
 * only reads. There is one writer, it never takes a lock, and it never waits for a reader.
 *
 * Life of a board file. Each start of a daemon makes a new file and renames it over the old
 * one. The old inode lives on in whoever has it mapped; the new daemon marks it RETIRED
 * after the rename, so a reader that sees the mark finds the new file at the path. A clean
 * stop marks it STOPPED. Both set `alive_usec` to 0. So there is one question only for a
 * lookup: is `alive_usec` recent? A daemon that was killed is found out by its silence.
 * A file is never truncated nor changed in size while it is mapped: no SIGBUS.
 *
 * `alive_usec` is of CLOCK_MONOTONIC, which begins anew with each boot. The runtime
 * directory is meant to be on a tmpfs, which is gone by then. On a disk a board outlives its
 * clock: hence a time that is far ahead of now counts as dead as well.
 *
 * Life of a slot. The header, the name and the number of slots never change. The rest
 * changes in this order, and in no other:
 *
 *   1. `sequence` becomes odd
 *   2. `words` get the new entry                (store, release)
 *   3. `sequence` becomes even                  (store, release)
 *   4. `changes` rises                          (store, release)
 *   5. `generation` becomes the entry's         (store, release)
 *   6. `change` of the header rises, and the waiters are woken
 *
 * The snapshot file of a generation is in place before 1. So a reader that loads generation
 * N (acquire) finds the entry of N, or a later one, and the snapshot of N, unless the board
 * moved on meanwhile. A waiter that saw the old `change` before it looked at the slots is
 * either woken or finds `change` different: it cannot sleep through a change.
 *
 * The entry is a seqlock. In the literature it is two fences around relaxed accesses. Here
 * every word is stored with release and loaded with acquire, for the same effect: whoever
 * loads a word of a write that is under way synchronizes with it, so the odd `sequence` of
 * step 1 happened before, and the second load of `sequence` cannot return the old value.
 * And since the words are loaded with acquire, that second load cannot move up before them.
 * ThreadSanitizer understands this form, and not the fences; 40 words are copied only when
 * something changed, so what it costs on some processors does not count.
 *
 * A writer that dies between 1 and 3 leaves the sequence odd for ever. Readers give up after
 * a bounded time; the daemon's silence takes it from there.
 */
#include "board.h"

#include "trust.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

/* A write takes less than a microsecond, but its writer may lose the processor meanwhile. */
#define READ_SPINS 100
#define READ_NAPS 2000
#define READ_NAP_NSEC 100000 /* so all naps together are at least 0.2 s */

struct board {
        _Atomic unsigned int references;
        const struct board_header *header; /* the mapping */
        size_t size;
        dev_t device; /* with inode: which file it is; the mapping keeps the inode in use */
        ino_t inode;
};

static const struct board_slot *slots(const struct board_header *header)
{
        return (const struct board_slot *)(header + 1);
}

static int check_slot(const struct board_slot *slot)
{
        if (!memchr(slot->name, '\0', sizeof(slot->name)) || !domain_name_valid(slot->name))
                return -EBADMSG;
        return 0;
}

/* Checks what never changes after the rename; all else is checked when it is read. */
static int check(const struct board_header *header, size_t size)
{
        if (header->magic != BOARD_MAGIC)
                return -EBADMSG;
        if (header->version != BOARD_VERSION)
                return -EPROTONOSUPPORT;
        if (header->size != size || header->slot_size != sizeof(struct board_slot) ||
            header->slot_count > BOARD_SLOTS_MAX || size != board_size(header->slot_count))
                return -EBADMSG;
        for (uint32_t i = 0; i < header->slot_count; i++) {
                int r = check_slot(&slots(header)[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int map(int fd, const struct stat *stat, struct board **ret)
{
        struct board *board;
        size_t size = (size_t)stat->st_size;
        void *header;
        int r;

        if (stat->st_size < (off_t)board_size(0) ||
            stat->st_size > (off_t)board_size(BOARD_SLOTS_MAX))
                return -EBADMSG;
        board = malloc(sizeof(*board));
        if (!board)
                return -ENOMEM;
        header = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        if (header == MAP_FAILED) {
                r = -errno;
                free(board);
                return r;
        }
        *board = (struct board){.references = 1,
                                .header = header,
                                .size = size,
                                .device = stat->st_dev,
                                .inode = stat->st_ino};
        r = check(board->header, size);
        if (r < 0) {
                board_unref(board);
                return r;
        }
        *ret = board;
        return 0;
}

int board_open(const char *runtime_directory, struct board **ret)
{
        _cleanup_close_ int directory = -1, fd = -1;
        struct stat stat;
        uid_t owner;
        int r;

        r = trust_open_directory(runtime_directory, &directory, &owner);
        if (r < 0)
                return r;
        r = trust_open_file(directory, BOARD_FILE, owner, &fd, &stat);
        if (r < 0)
                return r;
        return map(fd, &stat, ret);
}

struct board *board_ref(struct board *board)
{
        /* Relaxed: whoever takes a reference has one already. */
        atomic_fetch_add_explicit(&board->references, 1, memory_order_relaxed);
        return board;
}

struct board *board_unref(struct board *board)
{
        /* Acquire and release: all uses by other threads come before the munmap. */
        if (!board || atomic_fetch_sub_explicit(&board->references, 1, memory_order_acq_rel) != 1)
                return NULL;
        munmap((void *)(uintptr_t)board->header, board->size);
        free(board);
        return NULL;
}

bool board_is_current(const struct board *board, const char *runtime_directory)
{
        _cleanup_close_ int directory = -1;
        struct stat stat;

        directory = open(runtime_directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (directory < 0 || fstatat(directory, BOARD_FILE, &stat, AT_SYMLINK_NOFOLLOW) < 0)
                return false;
        return stat.st_dev == board->device && stat.st_ino == board->inode;
}

uint64_t board_alive_usec(const struct board *board)
{
        /* Relaxed: nothing hangs on it but itself. */
        return atomic_load_explicit(&board->header->alive_usec, memory_order_relaxed);
}

bool board_is_alive(const struct board *board, uint64_t now)
{
        uint64_t alive = board_alive_usec(board);

        if (alive == 0)
                return false;
        return alive > now ? alive - now < BOARD_SILENCE_USEC : now - alive < BOARD_SILENCE_USEC;
}

size_t board_count(const struct board *board)
{
        return board->header->slot_count;
}

const struct board_slot *board_slot_at(const struct board *board, size_t i)
{
        return i < board_count(board) ? &slots(board->header)[i] : NULL;
}

const struct board_slot *board_find(const struct board *board, const char *domain)
{
        for (size_t i = 0; i < board_count(board); i++) {
                const struct board_slot *slot = board_slot_at(board, i);

                if (strcmp(slot->name, domain) == 0)
                        return slot;
        }
        return NULL;
}

static bool try_read(const struct board_slot *slot, uint64_t *words)
{
        uint32_t before = atomic_load_explicit(&slot->sequence, memory_order_acquire);

        if (before & 1)
                return false;
        for (size_t i = 0; i < BOARD_ENTRY_WORDS; i++)
                words[i] = atomic_load_explicit(&slot->words[i], memory_order_acquire);
        return atomic_load_explicit(&slot->sequence, memory_order_relaxed) == before;
}

int board_slot_read(const struct board_slot *slot, struct board_entry *ret)
{
        uint64_t words[BOARD_ENTRY_WORDS];

        for (unsigned int i = 0; !try_read(slot, words); i++) {
                if (i >= READ_SPINS + READ_NAPS)
                        return -EAGAIN;
                if (i >= READ_SPINS)
                        nanosleep(&(struct timespec){.tv_nsec = READ_NAP_NSEC}, NULL);
        }
        memcpy(ret, words, sizeof(*ret));
        ret->reason[BOARD_REASON_MAX] = '\0';
        return 0;
}

uint32_t board_change(const struct board *board)
{
        /* Acquire: what is read of the slots afterwards is not older than this number. */
        return atomic_load_explicit(&board->header->change, memory_order_acquire);
}

int board_wait(const struct board *board, uint32_t seen, uint64_t timeout_usec)
{
        struct timespec timeout = {
                .tv_sec = (time_t)(timeout_usec / USEC_PER_SEC),
                .tv_nsec = (long)(timeout_usec % USEC_PER_SEC) * 1000,
        };

        /* Not FUTEX_WAIT_PRIVATE: the word is shared, its waker is another process. */
        if (syscall(SYS_futex, &board->header->change, FUTEX_WAIT, seen,
                    timeout_usec == USEC_NEVER ? NULL : &timeout, NULL, 0) == 0 ||
            errno == EAGAIN)
                return 0;
        return -errno;
}
