/* SPDX-License-Identifier: MIT */
/* Both sides of the board together: watcher/board_writer.c writes, client/board.c reads. */
#include "board.h"
#include "board_writer.h"
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define STRESS_GENERATIONS 20000

static const char *const domains[] = {"datastore", "remote"};

/* An entry of which every part tells the same number, so that a mixed one is seen. */
static struct board_entry entry_of(uint64_t n)
{
        struct board_entry entry = {
                .generation = n,
                .epoch = n,
                .since_usec = n,
                .state = (uint32_t)n,
                .line = (uint32_t)n,
        };

        memset(&entry.digest, (int)(n & 0xff), sizeof(entry.digest));
        memset(entry.reason, 'a' + (int)(n % 26), BOARD_REASON_MAX);
        return entry;
}

static bool entry_is_whole(const struct board_entry *entry)
{
        struct board_entry expected = entry_of(entry->generation);

        return entry->generation == 0 || memcmp(entry, &expected, sizeof(expected)) == 0;
}

static struct board_writer *start(void **state, uint64_t now)
{
        struct access access = access_private();
        struct board_writer *writer;

        assert_int_equal(board_writer_new(*state, &access, domains, ELEMENTS(domains), &writer), 0);
        assert_int_equal(board_writer_publish(writer, now), 0);
        return writer;
}

static void nobody_sees_a_board_before_it_is_published(void **state)
{
        struct access nobody = access_private();
        struct board_writer *writer;
        struct board *board;

        assert_int_equal(board_open(*state, &board), -ENOENT);
        assert_int_equal(board_writer_new(*state, &nobody, domains, 2, &writer), 0);
        assert_int_equal(board_open(*state, &board), -ENOENT);
        writer = board_writer_free(writer);
        assert_int_equal(access(testing_path(state, "board.new"), F_OK), -1);
        assert_int_equal(board_open(testing_path(state, "nowhere"), &board), -ENOENT);
}

static void slots_tell_what_was_set(void **state)
{
        struct board_writer *writer = start(state, 1000);
        struct board_entry entry = entry_of(43), read;
        const struct board_slot *slot;
        struct board *board;
        uint32_t change;

        assert_int_equal(board_open(*state, &board), 0);
        assert_int_equal(board_count(board), 2);
        assert_ptr_equal(board_find(board, "remote"), board_slot_at(board, 1));
        assert_null(board_find(board, "other"));
        assert_null(board_slot_at(board, 2));

        slot = board_find(board, "remote");
        assert_int_equal(board_slot_read(slot, &read), 0);
        assert_int_equal(read.state, CFGW_STATE_UNKNOWN);
        assert_true(read.generation == 0);

        change = board_change(board);
        board_writer_set(writer, 1, &entry);
        assert_true(board_change(board) != change);
        assert_true(atomic_load(&slot->generation) == 43);
        assert_int_equal(atomic_load(&slot->changes), 1);
        assert_int_equal(board_slot_read(slot, &read), 0);
        assert_memory_equal(&read, &entry, sizeof(entry));
        assert_true(atomic_load(&board_find(board, "datastore")->generation) == 0);

        board_unref(board);
        board_writer_free(writer);
}

static void life_is_told_by_the_beat(void **state)
{
        struct board_writer *writer = start(state, 10 * USEC_PER_SEC);
        struct board *board;

        assert_int_equal(board_open(*state, &board), 0);
        assert_true(board_is_alive(board, 10 * USEC_PER_SEC));
        assert_true(board_is_alive(board, 10 * USEC_PER_SEC - 10000)); /* a coarse clock */
        assert_true(board_is_alive(board, 10 * USEC_PER_SEC + BOARD_SILENCE_USEC - 1));
        assert_false(board_is_alive(board, 10 * USEC_PER_SEC + BOARD_SILENCE_USEC));
        assert_false(board_is_alive(board, USEC_PER_SEC)); /* of an earlier boot */

        board_writer_beat(writer, 20 * USEC_PER_SEC);
        assert_true(board_is_alive(board, 20 * USEC_PER_SEC));

        board_writer_free(writer);
        assert_true(board_alive_usec(board) == 0);
        assert_false(board_is_alive(board, 20 * USEC_PER_SEC));
        assert_true(board_is_current(board, *state)); /* the file stays for late readers */
        board_unref(board);
}

static void a_new_board_retires_the_old_one(void **state)
{
        struct board_writer *first = start(state, 1000), *second;
        struct board_entry entry = entry_of(7), read;
        struct board *old, *new;

        board_writer_set(first, 0, &entry);
        assert_int_equal(board_open(*state, &old), 0);
        assert_true(board_is_current(old, *state));

        second = start(state, 2000);
        assert_true(board_alive_usec(old) == 0);
        assert_false(board_is_current(old, *state));
        assert_int_equal(board_open(*state, &new), 0);
        assert_true(board_is_alive(new, 2000));

        /* Whoever has the old one mapped goes on reading what it said last. */
        assert_int_equal(board_slot_read(board_find(old, "datastore"), &read), 0);
        assert_memory_equal(&read, &entry, sizeof(entry));

        board_unref(old);
        board_unref(new);
        board_writer_free(second);
        board_writer_free(first);
}

static void the_files_mode_follows_access(void **state)
{
        struct access access = {.gid = getegid(), .mode = 0640};
        struct board_writer *writer;
        struct stat stat_board;

        assert_int_equal(board_writer_new(*state, &access, domains, 2, &writer), 0);
        assert_int_equal(board_writer_publish(writer, 1), 0);
        assert_int_equal(stat(testing_path(state, "board"), &stat_board), 0);
        assert_int_equal(stat_board.st_mode & 07777, 0640);
        assert_int_equal(stat_board.st_size, board_size(2));
        board_writer_free(writer);
}

static void bad_names_and_too_many_are_refused(void **state)
{
        static const char *names[BOARD_SLOTS_MAX + 1];
        struct access access = access_private();
        struct board_writer *writer;
        struct board *board;
        const char *bad = "../etc";

        for (size_t i = 0; i < ELEMENTS(names); i++)
                names[i] = "same";
        assert_int_equal(board_writer_new(*state, &access, &bad, 1, &writer), -EINVAL);
        assert_int_equal(board_writer_new(*state, &access, names, BOARD_SLOTS_MAX + 1, &writer),
                         -E2BIG);
        assert_int_equal(board_writer_new(*state, &access, names, BOARD_SLOTS_MAX, &writer), 0);
        assert_int_equal(board_writer_publish(writer, 1), 0);
        assert_int_equal(board_open(*state, &board), 0);
        assert_int_equal(board_count(board), BOARD_SLOTS_MAX);
        board_unref(board);
        board_writer_free(writer);
}

/* -------------------------------------------------------- hostile files */

/* Changes @size bytes at @offset of the board file of a daemon that has stopped. */
static void patch(void **state, size_t offset, const void *data, size_t size)
{
        int fd = open(testing_path(state, "board"), O_WRONLY | O_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, data, size, (off_t)offset), size);
        close(fd);
}

static void assert_open_fails(void **state, int error)
{
        struct board *board = NULL;

        assert_int_equal(board_open(*state, &board), error);
        assert_null(board);
}

static void what_is_no_board_is_refused(void **state)
{
        const char *path = testing_path(state, "board");
        char *zeros = calloc(1, board_size(1));
        int fd;

        testing_write_file(path, "");
        assert_open_fails(state, -EBADMSG);
        testing_write_file(path, "garbage\n");
        assert_open_fails(state, -EBADMSG);

        fd = open(path, O_WRONLY | O_CLOEXEC);
        assert_int_equal(write_all(fd, zeros, board_size(1)), 0);
        close(fd);
        free(zeros);
        assert_open_fails(state, -EBADMSG);

        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_open_fails(state, -EBADMSG); /* and does not wait for a writer */
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_open_fails(state, -EBADMSG);
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(symlink("/etc/passwd", path), 0);
        assert_open_fails(state, -EBADMSG);
}

static void a_damaged_header_is_refused(void **state)
{
        const uint32_t version = BOARD_VERSION + 1, small = 511, none = 0, many = 3;
        const uint64_t magic = 1, huge = UINT64_MAX;
        const struct damage {
                size_t offset;
                const void *data;
                size_t size;
                int error;
        } damages[] = {
                {offsetof(struct board_header, magic), &magic, 8, -EBADMSG},
                {offsetof(struct board_header, version), &version, 4, -EPROTONOSUPPORT},
                {offsetof(struct board_header, slot_size), &small, 4, -EBADMSG},
                {offsetof(struct board_header, slot_size), &none, 4, -EBADMSG},
                {offsetof(struct board_header, slot_count), &many, 4, -EBADMSG},
                {offsetof(struct board_header, slot_count), &huge, 4, -EBADMSG},
                {offsetof(struct board_header, size), &huge, 8, -EBADMSG},
        };

        for (size_t i = 0; i < ELEMENTS(damages); i++) {
                board_writer_free(start(state, 1));
                patch(state, damages[i].offset, damages[i].data, damages[i].size);
                assert_open_fails(state, damages[i].error);
        }
}

static void a_name_without_an_end_is_refused(void **state)
{
        char name[DOMAIN_NAME_MAX + 1];

        memset(name, 'n', sizeof(name));
        board_writer_free(start(state, 1));
        patch(state, sizeof(struct board_header) + offsetof(struct board_slot, name), name,
              sizeof(name));
        assert_open_fails(state, -EBADMSG);
        name[0] = '\0';
        patch(state, sizeof(struct board_header) + offsetof(struct board_slot, name), name, 1);
        assert_open_fails(state, -EBADMSG);
}

static void a_file_that_was_cut_short_is_refused(void **state)
{
        for (size_t size = 0; size < board_size(2); size += 61) {
                board_writer_free(start(state, 1));
                assert_int_equal(truncate(testing_path(state, "board"), (off_t)size), 0);
                assert_open_fails(state, -EBADMSG);
        }
}

static void what_others_could_have_written_is_refused(void **state)
{
        const char *path = testing_path(state, "board");
        struct board *board;

        board_writer_free(start(state, 1));
        assert_int_equal(chmod(path, 0660), 0);
        assert_open_fails(state, -EPERM);
        assert_int_equal(chmod(path, 0602), 0);
        assert_open_fails(state, -EPERM);
        assert_int_equal(chmod(path, 0644), 0);
        assert_int_equal(chmod(*state, 0777), 0);
        assert_open_fails(state, -EPERM);
        assert_int_equal(chmod(*state, 01777), 0);
        assert_int_equal(board_open(*state, &board), 0);
        board_unref(board);
        if (geteuid() != 0)
                return;
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_open_fails(state, -EPERM);
        assert_int_equal(chown(*state, 65534, 65534), 0); /* now it is the directory's owner's */
        assert_int_equal(board_open(*state, &board), 0);
        board_unref(board);
}

static void a_writer_leaves_foreign_files_alone(void **state)
{
        const char *path = testing_path(state, "board");
        struct board_writer *writer;

        testing_write_file(path, "not a board, and shorter than its header");
        writer = start(state, 1);
        writer = board_writer_free(writer);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        board_writer_free(start(state, 1));
}

static void a_full_file_system_is_an_error(void **state)
{
        struct access access = access_private();
        const char *names[64], *mount_point = testing_path(state, "small");
        struct board_writer *writer;

        if (mkdir(mount_point, 0700) < 0 ||
            mount("none", mount_point, "tmpfs", 0, "size=4k,mode=0700") < 0)
                skip(); /* needs root */
        for (size_t i = 0; i < ELEMENTS(names); i++)
                names[i] = "same";
        assert_int_equal(board_writer_new(mount_point, &access, names, ELEMENTS(names), &writer),
                         -ENOSPC);
        assert_int_equal(board_writer_new(mount_point, &access, names, 4, &writer), 0);
        board_writer_free(writer);
        assert_int_equal(umount(mount_point), 0);
}

static void a_writer_that_died_in_the_middle_is_told(void **state)
{
        const uint32_t odd = 1;
        struct board_entry read = {.generation = 99};
        struct board *board;

        board_writer_free(start(state, 1));
        patch(state, sizeof(struct board_header) + offsetof(struct board_slot, sequence), &odd, 4);
        assert_int_equal(board_open(*state, &board), 0);
        assert_int_equal(board_slot_read(board_slot_at(board, 0), &read), -EAGAIN);
        assert_true(read.generation == 99);
        board_unref(board);
}

/* ------------------------------------------------------------ waiting */

static void waiting_ends_at_its_time(void **state)
{
        struct board_writer *writer = start(state, 1);
        struct board *board;
        uint64_t before = now_usec();

        assert_int_equal(board_open(*state, &board), 0);
        assert_int_equal(board_wait(board, board_change(board), 20000), -ETIMEDOUT);
        assert_true(now_usec() - before >= 20000);
        assert_int_equal(board_wait(board, board_change(board) - 1, USEC_NEVER), 0);
        board_unref(board);
        board_writer_free(writer);
}

static void *wait_for_change(void *userdata)
{
        struct board *board = userdata;
        uint32_t seen = board_change(board);

        while (atomic_load(&board_slot_at(board, 0)->generation) == 0 &&
               board_alive_usec(board) != 0) {
                board_wait(board, seen, USEC_NEVER);
                seen = board_change(board);
        }
        return NULL;
}

static void a_change_and_an_end_wake_who_waits(void **state)
{
        struct board_writer *writer = start(state, 1);
        struct board_entry entry = entry_of(1);
        struct board *board;
        pthread_t thread;

        assert_int_equal(board_open(*state, &board), 0);
        assert_int_equal(pthread_create(&thread, NULL, wait_for_change, board), 0);
        board_writer_set(writer, 0, &entry);
        pthread_join(thread, NULL);
        board_unref(board);
        board_writer_free(writer);

        writer = start(state, 1);
        assert_int_equal(board_open(*state, &board), 0);
        assert_int_equal(pthread_create(&thread, NULL, wait_for_change, board), 0);
        board_writer_free(writer);
        pthread_join(thread, NULL);
        board_unref(board);
}

/* ------------------------------------------------------------- stress */

/* Reads until the last generation is there. Returns what went wrong, NULL if nothing. */
static const char *follow(struct board *board)
{
        const struct board_slot *slot = board_slot_at(board, 0);
        struct board_entry entry = {.generation = 0};
        uint64_t last = 0;

        while (last < STRESS_GENERATIONS) {
                uint64_t hot = atomic_load_explicit(&slot->generation, memory_order_acquire);

                if (board_slot_read(slot, &entry) < 0)
                        return "an entry could not be read";
                if (!entry_is_whole(&entry))
                        return "an entry was mixed";
                if (entry.generation < hot)
                        return "an entry was older than the generation";
                if (entry.generation < last)
                        return "an entry went back";
                last = entry.generation;
        }
        return NULL;
}

static void *follow_in_thread(void *userdata)
{
        return (void *)(uintptr_t)follow(userdata);
}

static void readers_see_only_whole_entries(void **state)
{
        struct board_writer *writer = start(state, 1);
        pthread_t threads[3];
        struct board *board;
        void *problem;
        pid_t child;
        int status;

        assert_int_equal(board_open(*state, &board), 0);
        child = fork();
        if (child == 0)
                _exit(follow(board) ? 1 : 0);
        for (size_t i = 0; i < ELEMENTS(threads); i++)
                assert_int_equal(pthread_create(&threads[i], NULL, follow_in_thread, board), 0);
        for (uint64_t n = 1; n <= STRESS_GENERATIONS; n++) {
                struct board_entry entry = entry_of(n);

                board_writer_set(writer, 0, &entry);
        }
        for (size_t i = 0; i < ELEMENTS(threads); i++) {
                pthread_join(threads[i], &problem);
                if (problem)
                        fail_msg("%s", (const char *)problem);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        board_unref(board);
        board_writer_free(writer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(nobody_sees_a_board_before_it_is_published),
                TEST(slots_tell_what_was_set),
                TEST(life_is_told_by_the_beat),
                TEST(a_new_board_retires_the_old_one),
                TEST(the_files_mode_follows_access),
                TEST(bad_names_and_too_many_are_refused),
                TEST(what_is_no_board_is_refused),
                TEST(a_damaged_header_is_refused),
                TEST(a_name_without_an_end_is_refused),
                TEST(a_file_that_was_cut_short_is_refused),
                TEST(what_others_could_have_written_is_refused),
                TEST(a_writer_leaves_foreign_files_alone),
                TEST(a_full_file_system_is_an_error),
                TEST(a_writer_that_died_in_the_middle_is_told),
                TEST(waiting_ends_at_its_time),
                TEST(a_change_and_an_end_wake_who_waits),
                TEST(readers_see_only_whole_entries),
        };

        return TESTING_RUN(tests);
}
