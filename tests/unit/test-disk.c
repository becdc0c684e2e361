/* SPDX-License-Identifier: MIT */
/* The thread that waits for the disk; fsync(2) is what the tests say. */
#include "testing.h"

#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#define SYNCED_MAX 16

/* What the thread has come to, under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct {
        bool stuck; /* every fsync(2) waits for the end of that */
        int fail;   /* the descriptor that cannot be synced */
        size_t count;
        int files[SYNCED_MAX];
} synced;

int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
        int r = 0;

        pthread_mutex_lock(&lock);
        synced.files[synced.count++] = fd;
        pthread_cond_broadcast(&changed);
        while (synced.stuck)
                pthread_cond_wait(&changed, &lock);
        if (fd == synced.fail) {
                errno = EIO;
                r = -1;
        }
        pthread_mutex_unlock(&lock);
        return r;
}

static void set_stuck(bool stuck)
{
        pthread_mutex_lock(&lock);
        synced.stuck = stuck;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
}

static size_t synced_count(void)
{
        size_t count;

        pthread_mutex_lock(&lock);
        count = synced.count;
        pthread_mutex_unlock(&lock);
        return count;
}

static struct disk *begin(void)
{
        struct disk *disk;

        memset(&synced, 0, sizeof(synced));
        synced.fail = -1;
        assert_int_equal(disk_new(&disk), 0);
        return disk;
}

static int open_file(void)
{
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

        assert_true(fd >= 0);
        return fd;
}

static bool is_open(int fd)
{
        return fcntl(fd, F_GETFD) >= 0;
}

static bool has_result(struct disk *disk)
{
        struct pollfd ready = {.fd = disk_fd(disk), .events = POLLIN};

        return poll(&ready, 1, 0) == 1;
}

static struct disk_result await_result(struct disk *disk)
{
        struct disk_result result;

        WAIT_FOR(has_result(disk));
        assert_int_equal(disk_take(disk, &result), 1);
        return result;
}

static void test_files_are_synced_in_order_and_closed(void **state)
{
        struct disk *disk = begin();
        int files[] = {open_file(), open_file(), open_file()};
        struct disk_result result;

        assert_int_equal(disk_sync(disk, 7, 42, files, ELEMENTS(files)), 0);
        result = await_result(disk);
        assert_int_equal(result.who, 7);
        assert_int_equal(result.number, 42);
        assert_int_equal(result.error, 0);
        assert_int_equal(synced_count(), 3);
        assert_memory_equal(synced.files, files, sizeof(files));
        for (size_t i = 0; i < ELEMENTS(files); i++)
                assert_false(is_open(files[i]));
        assert_int_equal(disk_take(disk, &result), 0);
        assert_false(has_result(disk));
        disk_free(disk);
}

static void test_who_asks_does_not_wait_for_a_disk_that_is_stuck(void **state)
{
        struct disk *disk = begin();
        struct disk_result result;
        int file;

        set_stuck(true);
        for (uint64_t number = 1; number <= 3; number++) {
                file = open_file();
                assert_int_equal(disk_sync(disk, 0, number, &file, 1), 0);
        }
        WAIT_FOR(synced_count() == 1);
        assert_false(has_result(disk));
        assert_int_equal(disk_take(disk, &result), 0);
        set_stuck(false);
        WAIT_FOR(synced_count() == 3);
        for (uint64_t number = 1; number <= 3; number++) {
                WAIT_FOR(disk_take(disk, &result) == 1);
                assert_int_equal(result.number, number);
        }
        disk_free(disk);
}

static void test_failure_is_told_and_the_rest_is_closed_all_the_same(void **state)
{
        struct disk *disk = begin();
        int files[] = {open_file(), open_file(), open_file()};

        synced.fail = files[1];
        assert_int_equal(disk_sync(disk, 0, 1, files, ELEMENTS(files)), 0);
        assert_int_equal(await_result(disk).error, -EIO);
        assert_int_equal(synced_count(), 2);
        for (size_t i = 0; i < ELEMENTS(files); i++)
                assert_false(is_open(files[i]));
        disk_free(disk);
}

static void test_end_waits_for_all_that_was_asked_for(void **state)
{
        struct disk *disk = begin();

        for (uint64_t number = 1; number <= 10; number++) {
                int file = open_file();

                assert_int_equal(disk_sync(disk, 0, number, &file, 1), 0);
        }
        disk_free(disk);
        assert_int_equal(synced.count, 10);
}

static unsigned int handled;

static void handle(int number)
{
        handled++;
}

/* Blocked here, so it would go to the thread at once if that took any. */
static void test_signals_are_left_to_the_loop(void **state)
{
        const struct timespec patience = {.tv_sec = TEST_PATIENCE_USEC / USEC_PER_SEC};
        struct disk *disk = begin();
        sigset_t set;

        signal(SIGUSR1, handle);
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        assert_int_equal(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
        assert_int_equal(kill(getpid(), SIGUSR1), 0);
        assert_int_equal(sigtimedwait(&set, NULL, &patience), SIGUSR1);
        assert_int_equal(handled, 0);
        assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
        disk_free(disk);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_files_are_synced_in_order_and_closed),
                TEST(test_who_asks_does_not_wait_for_a_disk_that_is_stuck),
                TEST(test_failure_is_told_and_the_rest_is_closed_all_the_same),
                TEST(test_end_waits_for_all_that_was_asked_for),
                TEST(test_signals_are_left_to_the_loop),
        };

        return TESTING_RUN(tests);
}
