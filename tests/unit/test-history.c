/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "history.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

static struct history *open_history(void **state, size_t length)
{
        int directory = directory_make(testing_path(state, "state"));
        struct history *history;

        assert_true(directory >= 0);
        assert_int_equal(history_open(directory, "d", length, &history), 0);
        close(directory);
        return history;
}

static unsigned int synced;
int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
        synced++;
        return __real_fsync(fd);
}

static int add(struct history *history, const char *text, struct access access,
               uint64_t *ret_generation)
{
        struct source content = {
                .data = (char *)text,
                .size = strlen(text),
                .digest = digest_of(text, strlen(text)),
        };

        return history_add(history, &content, access, ret_generation);
}

static void assert_entry(struct history *history, uint64_t generation, const char *text)
{
        char *data;
        size_t size;

        assert_int_equal(history_read(history, generation, 1000, &data, &size), 0);
        assert_string_equal(data, text);
        free(data);
}

static void test_generations_rise_from_one_and_survive_a_restart(void **state)
{
        struct history *history = open_history(state, 10);
        uint64_t generation, epoch = history_epoch(history);

        assert_int_equal(history_newest(history), 0);
        assert_true(epoch != 0);
        assert_int_equal(add(history, "one", access_private(), &generation), 0);
        assert_int_equal(generation, 1);
        assert_int_equal(add(history, "two", access_private(), &generation), 0);
        assert_int_equal(generation, 2);
        history_free(history);

        history = open_history(state, 10);
        assert_int_equal(history_newest(history), 2);
        assert_true(history_epoch(history) == epoch);
        assert_entry(history, 1, "one");
        assert_entry(history, 2, "two");
        assert_true(history_accepted_usec(history, 2) + 60 * USEC_PER_SEC > now_realtime_usec());
        assert_int_equal(history_accepted_usec(history, 3), 0);
        history_free(history);
}

static void test_entries_are_private_and_note_for_whom_the_content_is(void **state)
{
        struct history *history = open_history(state, 10);
        struct access access = {.gid = getegid(), .mode = 0640};
        struct stat stat_buffer;
        uint64_t generation;

        assert_int_equal(history_access(history).mode, 0600);
        assert_int_equal(add(history, "one", access, &generation), 0);
        assert_int_equal(history_access(history).mode, 0640);
        access.mode = 0644;
        assert_int_equal(history_set_access(history, access), 0);
        assert_int_equal(history_access(history).mode, 0644);
        assert_int_equal(stat(testing_path(state, "state/d"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0700);
        history_free(history);
}

static void test_lost_entries_begin_a_new_epoch(void **state)
{
        struct history *history = open_history(state, 10);
        uint64_t generation, epoch = history_epoch(history);

        assert_int_equal(add(history, "one", access_private(), &generation), 0);
        history_free(history);
        assert_int_equal(unlink(testing_path(state, "state/d/1.cfg")), 0);
        history = open_history(state, 10);
        assert_true(history_epoch(history) != epoch);
        assert_int_equal(history_newest(history), 0);
        history_free(history);
}

static void test_damaged_epoch_begins_a_new_one_and_numbers_go_on(void **state)
{
        static const char *const damaged[] = {"",
                                              "12",
                                              "0000000000000000\n",
                                              "g123456789abcdef\n",
                                              "0123456789abcdef",
                                              "0123456789abcdef\nx"};
        struct history *history = open_history(state, 10);
        uint64_t generation, epoch = history_epoch(history);

        assert_int_equal(add(history, "one", access_private(), &generation), 0);
        history_free(history);
        for (size_t i = 0; i < ELEMENTS(damaged); i++) {
                testing_write_file(testing_path(state, "state/d/epoch"), damaged[i]);
                history = open_history(state, 10);
                assert_true(history_epoch(history) != epoch);
                assert_true(history_epoch(history) != UINT64_C(0x0123456789abcdef));
                assert_int_equal(history_newest(history), 1);
                history_free(history);
        }
}

/* What the epoch file says in the middle of use is what a killed daemon leaves. */
static void test_epoch_goes_on_after_a_kill_in_the_same_boot(void **state)
{
        struct history *history = open_history(state, 10);
        uint64_t generation, epoch = history_epoch(history);
        const char *path = testing_path(state, "state/d/epoch");
        char *in_use;

        assert_int_equal(add(history, "one", access_private(), &generation), 0);
        in_use = testing_read_file(state, path);
        if (strstr(in_use, "ended")) {
                history_free(history);
                skip(); /* no /proc: nothing tells one boot from another */
        }
        history_free(history);
        assert_non_null(strstr(testing_read_file(state, path), " ended\n"));
        testing_write_file(path, in_use);
        history = open_history(state, 10);
        assert_true(history_epoch(history) == epoch);
        assert_int_equal(history_newest(history), 1);
        history_free(history);
}

/* A daemon that was killed may have shown the newest entry without having made it durable. */
static void test_start_after_a_kill_makes_the_newest_entry_durable(void **state)
{
        struct history *history = open_history(state, 10);
        const char *path = testing_path(state, "state/d/epoch");
        uint64_t generation;
        unsigned int clean;
        char *in_use;

        assert_int_equal(add(history, "one", access_private(), &generation), 0);
        in_use = testing_read_file(state, path);
        if (strstr(in_use, "ended")) {
                history_free(history);
                SKIP("nothing tells one boot from another");
        }
        history_free(history);
        synced = 0;
        history_free(open_history(state, 10));
        clean = synced;
        testing_write_file(path, in_use);
        synced = 0;
        history_free(open_history(state, 10));
        assert_int_equal(synced, clean + 3); /* entry, digest, directory */
}

/* The bytes of an entry that lost its digest with its daemon are as they were accepted. */
static void test_start_after_a_kill_in_the_same_boot_writes_the_missing_digest(void **state)
{
        const char *path = testing_path(state, "state/d/epoch");
        const char *digest = testing_path(state, "state/d/1.sha256");
        pid_t pid = fork();
        struct history *history;
        uint64_t generation;
        size_t size;
        char *data;
        int status;

        if (pid == 0) {
                static struct history *killed; /* never freed, but no leak to valgrind */

                killed = open_history(state, 10);
                _exit(add(killed, "one", access_private(), &generation) < 0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        if (strstr(testing_read_file(state, path), "ended"))
                SKIP("nothing tells one boot from another");
        assert_null(testing_read_file(state, digest));
        history = open_history(state, 10);
        assert_entry(history, 1, "one");
        assert_int_equal(history_sync(history), 0);
        assert_non_null(strstr(testing_read_file(state, digest), "  1.cfg\n"));
        history_free(history);

        assert_int_equal(unlink(digest), 0);
        testing_write_file(path, "0123456789abcdef 00000000-0000-0000-0000-000000000000\n");
        history = open_history(state, 10);
        assert_int_equal(history_read(history, 1, 1000, &data, &size), -EBADMSG);
        assert_int_equal(history_sync(history), 0); /* what is lost is waited for no more */
        history_free(history);
        assert_non_null(strstr(testing_read_file(state, path), " ended\n"));
}

static void test_damaged_entries_are_not_believed_and_their_numbers_not_reused(void **state)
{
        struct history *history = open_history(state, 10);
        const char *entry = testing_path(state, "state/d/1.cfg");
        const char *digest = testing_path(state, "state/d/1.sha256");
        static const char *const damaged[] = {"EVIL", "", "on"};
        uint64_t generation;
        size_t size;
        char *data;

        assert_int_equal(add(history, "one", access_private(), &generation), 0);
        assert_entry(history, 1, "one");
        assert_int_equal(history_sync(history), 0);
        assert_string_equal(testing_read_file(state, digest),
                            "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
                            "  1.cfg\n");
        for (size_t i = 0; i < ELEMENTS(damaged); i++) {
                testing_write_file(entry, damaged[i]);
                assert_int_equal(history_read(history, 1, 1000, &data, &size), -EBADMSG);
        }
        testing_write_file(entry, "one");
        assert_entry(history, 1, "one");
        testing_write_file(digest, "");
        assert_int_equal(history_read(history, 1, 1000, &data, &size), -EBADMSG);
        assert_int_equal(unlink(digest), 0);
        assert_int_equal(history_read(history, 1, 1000, &data, &size), -EBADMSG);
        history_free(history);
        history = open_history(state, 10);
        assert_int_equal(add(history, "two", access_private(), &generation), 0);
        assert_int_equal(generation, 2);
        history_free(history);
}

static void test_oldest_entries_are_dropped_beyond_the_length(void **state)
{
        struct history *history = open_history(state, 3);
        uint64_t generation;
        char *data;
        size_t size;

        for (int i = 0; i < 7; i++) {
                assert_int_equal(add(history, "text", access_private(), &generation), 0);
                assert_int_equal(history_sync(history), 0);
        }
        assert_int_equal(history_read(history, 4, 1000, &data, &size), -ENOENT);
        assert_entry(history, 5, "text");
        assert_entry(history, 7, "text");
        history_free(history);
        history = open_history(state, 3);
        assert_int_equal(history_newest(history), 7);
        history_free(history);
}

/* What somebody copied there by hand, or a disk that lost some. */
static void test_holes_cost_no_time(void **state)
{
        struct history *history;
        uint64_t generation;
        char *data;
        size_t size;

        history_free(open_history(state, 3));
        testing_write_file(testing_path(state, "state/d/1.cfg"), "old");
        testing_write_file(testing_path(state, "state/d/1.sha256"), "old");
        testing_write_file(testing_path(state, "state/d/4000000000000000000.cfg"), "new");
        testing_write_file(testing_path(state, "state/d/4000000000000000000.sha256"),
                           "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"
                           "  4000000000000000000.cfg\n");
        history = open_history(state, 3);
        assert_int_equal(add(history, "text", access_private(), &generation), 0);
        assert_int_equal(generation, UINT64_C(4000000000000000001));
        assert_int_equal(history_sync(history), 0);
        assert_int_equal(history_read(history, 1, 1000, &data, &size), -ENOENT);
        assert_null(testing_read_file(state, testing_path(state, "state/d/1.sha256")));
        assert_entry(history, generation - 1, "new");
        history_free(history);
}

static void test_numbers_that_leave_no_room_are_ignored(void **state)
{
        struct history *history = open_history(state, 3);
        uint64_t generation;

        assert_int_equal(add(history, "one", access_private(), &generation), 0);
        history_free(history);
        testing_write_file(testing_path(state, "state/d/18446744073709551615.cfg"), "x");
        testing_write_file(testing_path(state, "state/d/5000000000000000000.cfg"), "x");
        history = open_history(state, 3);
        assert_int_equal(history_newest(history), 1);
        assert_int_equal(add(history, "two", access_private(), &generation), 0);
        assert_int_equal(generation, 2);
        assert_int_equal(history_sync(history), 0);
        history_free(history);
}

/* The option may be smaller than it was when the entries were made. */
static void test_shorter_length_drops_all_that_is_beyond(void **state)
{
        struct history *history = open_history(state, 10);
        uint64_t generation;

        for (int i = 0; i < 9; i++)
                assert_int_equal(add(history, "text", access_private(), &generation), 0);
        history_free(history);
        history = open_history(state, 2);
        assert_int_equal(history_sync(history), 0);
        for (int i = 1; i <= 9; i++)
                assert_int_equal(access(testing_path(state, "state/d/%d.cfg", i), F_OK),
                                 i < 8 ? -1 : 0);
        history_free(history);
}

static void test_failed_add_changes_nothing_and_the_number_is_used_next(void **state)
{
        struct history *history = open_history(state, 3);
        uint64_t generation = 99;

        assert_int_equal(add(history, "one", access_private(), &generation), 0);
        assert_int_equal(mkdir(testing_path(state, "state/d/2.cfg"), 0700), 0);
        assert_int_equal(add(history, "two", access_private(), &generation), -EISDIR);
        assert_int_equal(history_newest(history), 1);
        assert_null(testing_read_file(state, testing_path(state, "state/d/2.sha256")));
        assert_int_equal(rmdir(testing_path(state, "state/d/2.cfg")), 0);
        assert_int_equal(add(history, "two", access_private(), &generation), 0);
        assert_int_equal(generation, 2);
        history_free(history);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_generations_rise_from_one_and_survive_a_restart),
                TEST(test_entries_are_private_and_note_for_whom_the_content_is),
                TEST(test_lost_entries_begin_a_new_epoch),
                TEST(test_damaged_epoch_begins_a_new_one_and_numbers_go_on),
                TEST(test_epoch_goes_on_after_a_kill_in_the_same_boot),
                TEST(test_start_after_a_kill_makes_the_newest_entry_durable),
                TEST(test_start_after_a_kill_in_the_same_boot_writes_the_missing_digest),
                TEST(test_damaged_entries_are_not_believed_and_their_numbers_not_reused),
                TEST(test_oldest_entries_are_dropped_beyond_the_length),
                TEST(test_holes_cost_no_time),
                TEST(test_numbers_that_leave_no_room_are_ignored),
                TEST(test_shorter_length_drops_all_that_is_beyond),
                TEST(test_failed_add_changes_nothing_and_the_number_is_used_next),
        };

        return TESTING_RUN(tests);
}
