/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* A disk that fails in the middle of a directory; the fake enters by the linker's --wrap. */
static int entries_left = -1; /* negative: it does not fail */
struct dirent *__real_readdir(DIR *entries);
struct dirent *__wrap_readdir(DIR *entries);

struct dirent *__wrap_readdir(DIR *entries)
{
        if (entries_left == 0) {
                errno = EIO;
                return NULL;
        }
        if (entries_left > 0)
                entries_left--;
        return __real_readdir(entries);
}

static int open_directory(void **state)
{
        int fd = open(testing_path(state, "."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        assert_true(fd >= 0);
        return fd;
}

static void test_replace_makes_and_replaces_whole_files(void **state)
{
        int directory = open_directory(state);
        struct access access = access_private();

        assert_int_equal(file_replace(directory, "a", "one", 3, access, true), 0);
        assert_string_equal(testing_read_file(state, testing_path(state, "a")), "one");
        assert_int_equal(file_replace(directory, "a", "second", 6, access, false), 0);
        assert_string_equal(testing_read_file(state, testing_path(state, "a")), "second");
        close(directory);
}

static void test_failed_replace_leaves_the_old_file_and_no_other(void **state)
{
        int directory = open_directory(state);
        struct access access = access_private();

        assert_int_equal(mkdir(testing_path(state, "a"), 0700), 0); /* rename onto it fails */
        assert_int_equal(file_replace(directory, "a", "one", 3, access, false), -EISDIR);
        assert_null(testing_read_file(state, testing_path(state, ".tmp.a")));
        close(directory);
}

static ino_t inode(void **state, const char *name)
{
        struct stat stat_buffer;

        return stat(testing_path(state, "%s", name), &stat_buffer) == 0 ? stat_buffer.st_ino : 0;
}

static void test_prepared_file_is_the_one_that_comes_into_place(void **state)
{
        int directory = open_directory(state);
        ino_t prepared;

        file_prepare(directory, "a");
        file_prepare(directory, "a");
        prepared = inode(state, ".tmp.a");
        assert_true(prepared != 0);
        assert_int_equal(file_replace(directory, "a", "one", 3, access_private(), false), 0);
        assert_true(inode(state, "a") == prepared);
        assert_true(inode(state, ".tmp.a") == 0);
        close(directory);
}

/* Somebody may have it open, or may know it by another name. */
static void test_left_over_that_was_not_private_and_empty_is_not_used(void **state)
{
        int directory = open_directory(state);
        const char *path = testing_path(state, ".tmp.a");
        const char *spoilers[] = {"echo x >'%s'", "chmod 0644 '%s'", "ln '%s' '%s.link'",
                                  "rm '%s'; mkfifo '%s'"};

        for (size_t i = 0; i < ELEMENTS(spoilers); i++) {
                _cleanup_free_ char *command = NULL;
                struct stat left;
                int held;

                file_prepare(directory, "a");
                assert_true(asprintf(&command, spoilers[i], path, path) > 0);
                assert_int_equal(system(command), 0);
                held = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* nobody gets its number */
                assert_int_equal(fstat(held, &left), 0);
                assert_int_equal(file_replace(directory, "a", "one", 3, access_private(), false),
                                 0);
                assert_string_equal(testing_read_file(state, testing_path(state, "a")), "one");
                assert_true(inode(state, "a") != left.st_ino);
                close(held);
        }
        close(directory);
}

static void test_full_disk_is_an_error_and_not_a_short_file(void **state)
{
        int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

        if (full < 0)
                skip();
        assert_int_equal(write_all(full, "text", 4), -ENOSPC);
        close(full);
}

static void test_read_is_bounded_and_takes_regular_files_only(void **state)
{
        int directory = open_directory(state);
        char *data;
        size_t size;

        testing_write_file(testing_path(state, "a"), "12345");
        assert_int_equal(file_read(directory, "a", 5, &data, &size), 0);
        assert_int_equal(size, 5);
        assert_string_equal(data, "12345");
        free(data);
        assert_int_equal(file_read(directory, "a", 4, &data, &size), -EFBIG);
        assert_int_equal(file_read(directory, "none", 4, &data, &size), -ENOENT);
        assert_int_equal(mkfifo(testing_path(state, "fifo"), 0600), 0);
        assert_int_equal(file_read(directory, "fifo", 4, &data, &size), -EINVAL);
        assert_int_equal(symlink("a", testing_path(state, "link")), 0);
        assert_int_equal(file_read(directory, "link", 5, &data, &size), -ELOOP);
        close(directory);
}

static void test_lock_is_held_until_it_is_closed(void **state)
{
        int directory = open_directory(state), first, second;

        first = lock_take(directory, "lock");
        assert_true(first >= 0);
        assert_int_equal(lock_take(directory, "lock"), -EWOULDBLOCK);
        close(first);
        second = lock_take(directory, "lock");
        assert_true(second >= 0);
        close(second);
        close(directory);
}

static void test_numbers_are_sorted(void **state)
{
        static const char *const names[] = {
                "10.cfg", "9.cfg",      "100.cfg", "007.cfg",
                "x.cfg",  ".cfg",       "11.snap", "99999999999999999999.cfg",
                "epoch",  ".tmp.12.cfg"};
        int directory = open_directory(state);
        uint64_t *numbers;
        size_t count;

        for (size_t i = 0; i < ELEMENTS(names); i++)
                testing_write_file(testing_path(state, "%s", names[i]), "x");
        assert_int_equal(numbers_list(directory, ".cfg", &numbers, &count), 0);
        assert_int_equal(count, 3);
        assert_int_equal(numbers[0], 9);
        assert_int_equal(numbers[1], 10);
        assert_int_equal(numbers[2], 100);
        free(numbers);
        assert_non_null(testing_read_file(state, testing_path(state, ".tmp.12.cfg")));
        close(directory);
}

/* Half of the numbers would let the next one be given twice. */
static void test_directory_that_cannot_be_read_to_its_end_has_no_numbers(void **state)
{
        int directory = open_directory(state);
        uint64_t *numbers = NULL;
        size_t count = 77;

        testing_write_file(testing_path(state, "1.cfg"), "x");
        testing_write_file(testing_path(state, "2.cfg"), "x");
        for (int left = 0; left < 4; left++) { /* 4: these two, "." and ".." */
                int r;

                entries_left = left;
                r = numbers_list(directory, ".cfg", &numbers, &count);
                entries_left = -1;
                assert_int_equal(r, -EIO);
                assert_null(numbers);
                assert_int_equal(count, 77);
        }
        close(directory);
}

static void test_left_overs_are_removed_when_asked_to(void **state)
{
        int directory = open_directory(state);

        testing_write_file(testing_path(state, ".tmp.12.cfg"), "x");
        testing_write_file(testing_path(state, "12.cfg"), "x");
        temporaries_remove(directory);
        assert_null(testing_read_file(state, testing_path(state, ".tmp.12.cfg")));
        assert_non_null(testing_read_file(state, testing_path(state, "12.cfg")));
        close(directory);
}

static void test_numbers_outside_a_range_are_pruned(void **state)
{
        static const char *const names[] = {"3.cfg", "4.cfg",  "30000000.cfg",
                                            "5.cfg", "3.snap", "18446744073709551615.cfg",
                                            "epoch", "02.cfg"};
        int directory = open_directory(state);

        for (size_t i = 0; i < ELEMENTS(names); i++)
                testing_write_file(testing_path(state, "%s", names[i]), "x");
        assert_int_equal(numbers_prune(directory, ".cfg", 4, 5), 0);
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                bool is_kept = strchr("45e0", names[i][0]) || strstr(names[i], "snap");

                assert_int_equal(is_kept, testing_read_file(state, testing_path(state, "%s",
                                                                                names[i])) != NULL);
        }
        close(directory);
}

static void test_directories_are_made_with_their_parents(void **state)
{
        int fd = directory_make(testing_path(state, "a/b/c"));

        assert_true(fd >= 0);
        close(fd);
        fd = directory_make(testing_path(state, "a/b/c"));
        assert_true(fd >= 0);
        close(fd);
        testing_write_file(testing_path(state, "file"), "x");
        assert_int_equal(directory_make(testing_path(state, "file")), -ENOTDIR);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_replace_makes_and_replaces_whole_files),
                TEST(test_failed_replace_leaves_the_old_file_and_no_other),
                TEST(test_prepared_file_is_the_one_that_comes_into_place),
                TEST(test_left_over_that_was_not_private_and_empty_is_not_used),
                TEST(test_full_disk_is_an_error_and_not_a_short_file),
                TEST(test_read_is_bounded_and_takes_regular_files_only),
                TEST(test_lock_is_held_until_it_is_closed),
                TEST(test_numbers_are_sorted),
                TEST(test_directory_that_cannot_be_read_to_its_end_has_no_numbers),
                TEST(test_left_overs_are_removed_when_asked_to),
                TEST(test_numbers_outside_a_range_are_pruned),
                TEST(test_directories_are_made_with_their_parents),
        };

        return TESTING_RUN(tests);
}
