/* SPDX-License-Identifier: MIT */
#include "lock.h"
#include "testing.h"

#include <pthread.h>
#include <sys/wait.h>

#define ROUNDS 50000

struct shared {
        struct lock lock;
        unsigned long count; /* plain: the lock is all that protects it */
        _Atomic bool held, release;
};

static void *count_up(void *userdata)
{
        struct shared *shared = userdata;

        for (int i = 0; i < ROUNDS; i++) {
                LOCK_SCOPE(&shared->lock);

                shared->count++;
        }
        return NULL;
}

static void threads_exclude_each_other(void **state)
{
        struct shared shared = {.count = 0};
        pthread_t threads[4];

        for (size_t i = 0; i < ELEMENTS(threads); i++)
                assert_int_equal(pthread_create(&threads[i], NULL, count_up, &shared), 0);
        for (size_t i = 0; i < ELEMENTS(threads); i++)
                pthread_join(threads[i], NULL);
        assert_int_equal(shared.count, ROUNDS * ELEMENTS(threads));
        assert_int_equal(atomic_load(&shared.lock.word), 0);
}

static void a_held_lock_is_not_taken(void **state)
{
        struct lock lock = {0};

        assert_true(lock_try(&lock));
        assert_false(lock_try(&lock));
        lock_release(&lock);
        assert_true(lock_try(&lock));
        lock_release(&lock);
}

static void *hold(void *userdata)
{
        struct shared *shared = userdata;

        LOCK_SCOPE(&shared->lock);
        atomic_store(&shared->held, true);
        while (!atomic_load(&shared->release))
                testing_nap();
        return NULL;
}

static void *wait_for_it(void *userdata)
{
        struct shared *shared = userdata;

        LOCK_SCOPE(&shared->lock);
        shared->count++;
        return NULL;
}

/* Forks while another thread holds the lock, and a third one waits for it if @contended. */
static void fork_while_held(bool contended)
{
        struct shared shared = {.count = 0};
        pthread_t holder, waiter;
        uint32_t free_word = (uint32_t)getpid();
        int status;
        pid_t child;

        assert_int_equal(pthread_create(&holder, NULL, hold, &shared), 0);
        WAIT_FOR(atomic_load(&shared.held));
        if (contended) {
                assert_int_equal(pthread_create(&waiter, NULL, wait_for_it, &shared), 0);
                WAIT_FOR(atomic_load(&shared.lock.word) != free_word);
        }
        child = fork();
        if (child == 0) {
                alarm(10);
                if (!lock_try(&shared.lock))
                        _exit(1);
                lock_release(&shared.lock);
                lock_acquire(&shared.lock);
                if (lock_try(&shared.lock))
                        _exit(2);
                lock_release(&shared.lock);
                _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);

        /* What the child did is nothing to the parent. */
        assert_false(lock_try(&shared.lock));
        atomic_store(&shared.release, true);
        pthread_join(holder, NULL);
        if (contended)
                pthread_join(waiter, NULL);
        assert_int_equal(shared.count, contended ? 1 : 0);
        assert_true(lock_try(&shared.lock));
}

static void a_forked_child_takes_over(void **state)
{
        fork_while_held(false);
}

static void a_forked_child_takes_over_a_contended_lock(void **state)
{
        fork_while_held(true);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(threads_exclude_each_other),
                TEST(a_held_lock_is_not_taken),
                TEST(a_forked_child_takes_over),
                TEST(a_forked_child_takes_over_a_contended_lock),
        };

        return TESTING_RUN(tests);
}
