/* SPDX-License-Identifier: MIT */
/*
 * The fork-aware lock
 * ===================
 *
 * fork(2) copies the memory of all threads, but only the calling thread. A lock that another
 * thread held is then locked for ever in the child. The usual cure, pthread_atfork(), needs
 * a global list of all clients and runs in every fork of the host program. This lock needs
 * nothing: its word is the process id of the owner, so a child sees that the owner is of
 * another process, that is, no thread of its own, and takes the lock over.
 *
 * What the lock protects was perhaps half changed at that moment. So all state under it is
 * made to be taken over: a change prepares new objects aside and puts them in force with
 * single stores of a pointer or a word, in an order in which every prefix is consistent. What
 * the child may lose is memory: an object that was prepared or replaced, and is not freed.
 *
 * Word: 0 is free, else the owner's process id, with the WAITERS bit if somebody may be
 * asleep on it. Process ids are below 2^22 in Linux. Acquire on taking and release on giving
 * back make what one owner wrote visible to the next; a child needs neither, since the fork
 * itself orders all that came before it.
 *
 * The known limit: a child whose process id is the one that the word holds (a grandchild
 * after the numbers have gone round, or the first process of a new pid namespace whose
 * parent was number 1 as well, each forked while the lock was held) would wait for ever.
 */
#include "lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#define WAITERS UINT32_C(0x80000000)

/* A lost wake-up cannot happen; should one, this is all that it costs. */
#define SLEEP_NSEC 100000000

static bool take(struct lock *lock, uint32_t seen, uint32_t word)
{
        return atomic_compare_exchange_strong_explicit(&lock->word, &seen, word,
                                                       memory_order_acquire, memory_order_relaxed);
}

/* Whether it is free to take: nobody's, or of a process that this one was forked from. */
static bool is_free(uint32_t word, uint32_t self)
{
        return (word & ~WAITERS) != self;
}

bool lock_try(struct lock *lock)
{
        uint32_t self = (uint32_t)getpid();
        uint32_t seen = atomic_load_explicit(&lock->word, memory_order_relaxed);

        return is_free(seen, self) && take(lock, seen, self);
}

void lock_acquire(struct lock *lock)
{
        uint32_t self = (uint32_t)getpid(), word = self;

        for (;;) {
                uint32_t seen = atomic_load_explicit(&lock->word, memory_order_relaxed);

                if (is_free(seen, self)) {
                        if (take(lock, seen, word))
                                return;
                        continue;
                }
                if (!(seen & WAITERS) && !take(lock, seen, seen | WAITERS))
                        continue;
                syscall(SYS_futex, &lock->word, FUTEX_WAIT_PRIVATE, self | WAITERS,
                        &(struct timespec){.tv_nsec = SLEEP_NSEC}, NULL, 0);
                word = self | WAITERS; /* others may be asleep as well: wake them in turn */
        }
}

void lock_release(struct lock *lock)
{
        if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) & WAITERS)
                syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
