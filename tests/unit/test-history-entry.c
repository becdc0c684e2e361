/* SPDX-License-Identifier: MIT */
/* The entries of a history for those who ask what was. */
#include "testing.h"

#include "history_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static struct history *open_history(void **state, size_t length)
{
        int directory = directory_make(testing_path(state, "state"));
        struct history *history;

        assert_true(directory >= 0);
        assert_int_equal(history_open(directory, "d", length, &history), 0);
        close(directory);
        return history;
}

/* Without its sync the entry is there, and its digest is in no file yet. */
static void add_alone(struct history *history, const char *text, mode_t mode)
{
        struct access access = {.gid = getegid(), .mode = mode};
        struct source content = {
                .data = (char *)(uintptr_t)text, /* only read */
                .size = strlen(text),
                .digest = digest_of(text, strlen(text)),
        };
        uint64_t generation;

        assert_int_equal(history_add(history, &content, access, &generation), 0);
}

static void add(struct history *history, const char *text, mode_t mode)
{
        add_alone(history, text, mode);
        assert_int_equal(history_sync(history), 0);
}

/* One with the entries 1 "one", 2 "second" and 3 "three". */
static struct history *make_three(void **state)
{
        struct history *history = open_history(state, 10);

        add(history, "one", 0640);
        add(history, "second", 0600);
        add(history, "three", 0644);
        return history;
}

static void expect_list(struct history *history, size_t max, const char *expected)
{
        _cleanup_free_ struct history_entry *entries = NULL;
        char text[256] = "";
        size_t count, used = 0;

        assert_int_equal(history_entry_list(history, max, &entries, &count), 0);
        for (size_t i = 0; i < count; i++)
                used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%llu",
                                         i > 0 ? " " : "",
                                         (unsigned long long)entries[i].generation);
        assert_string_equal(text, expected);
}

static void the_newest_come_first_and_no_more_than_asked_for(void **state)
{
        struct history *history = open_history(state, 10);

        expect_list(history, 10, "");
        history_free(history);
        history = make_three(state);
        expect_list(history, 10, "3 2 1");
        expect_list(history, 3, "3 2 1");
        expect_list(history, 2, "3 2");
        expect_list(history, 0, "");
        expect_list(history, SIZE_MAX, "3 2 1");
        history_free(history);
}

static void what_was_dropped_is_not_listed(void **state)
{
        struct history *history = open_history(state, 2);

        for (unsigned int i = 1; i <= 12; i++)
                add(history, i % 2 ? "odd" : "even", 0600);
        expect_list(history, 10, "12 11");
        history_free(history);
}

static void an_entry_is_told_in_full(void **state)
{
        struct history *history = make_three(state);
        _cleanup_free_ struct history_entry *entries = NULL;
        struct digest digest = digest_of("second", 6);
        size_t count;

        assert_int_equal(history_entry_list(history, 10, &entries, &count), 0);
        assert_int_equal(count, 3);
        assert_int_equal(entries[1].generation, 2);
        assert_int_equal(entries[1].size, 6);
        assert_true(digest_equal(&entries[1].digest, &digest));
        assert_false(entries[1].damaged);
        assert_int_equal(entries[1].accepted_usec, history_accepted_usec(history, 2));
        assert_int_equal(entries[0].access.mode, 0644);
        assert_int_equal(entries[1].access.mode, 0600);
        assert_int_equal(entries[2].access.mode, 0640);
        history_free(history);
}

static void an_entry_is_opened_for_reading_alone(void **state)
{
        struct history *history = make_three(state);
        struct digest digest = digest_of("second", 6);
        struct history_entry entry;
        char text[16] = "";
        int fd;

        assert_int_equal(history_entry_open(history, 2, &entry, &fd), 0);
        assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        assert_int_equal(read(fd, text, sizeof(text) - 1), 6);
        assert_string_equal(text, "second");
        assert_int_equal(entry.size, 6);
        assert_int_equal(entry.access.mode, 0600);
        assert_true(digest_equal(&entry.digest, &digest));
        close(fd);
        history_free(history);
}

static void what_is_not_kept_is_not_there(void **state)
{
        struct history *history = make_three(state);
        struct history_entry entry;
        int fd;

        assert_int_equal(history_entry_open(history, 0, &entry, &fd), -ENOENT);
        assert_int_equal(history_entry_open(history, 4, &entry, &fd), -ENOENT);
        assert_int_equal(history_entry_open(history, UINT64_MAX, &entry, &fd), -ENOENT);
        assert_int_equal(unlink(testing_path(state, "state/d/2.cfg")), 0);
        assert_int_equal(history_entry_open(history, 2, &entry, &fd), -ENOENT);
        expect_list(history, 10, "3 1");
        history_free(history);
}

/* A number that no generation has, in a file that somebody put there. */
static void what_is_no_generation_is_left_out(void **state)
{
        struct history *history = make_three(state);
        struct history_entry entry;
        int fd;

        testing_write_file(testing_path(state, "state/d/4.cfg"), "x");
        testing_write_file(testing_path(state, "state/d/18446744073709551615.cfg"), "x");
        expect_list(history, 10, "3 2 1");
        assert_int_equal(history_entry_open(history, 4, &entry, &fd), -ENOENT);
        history_free(history);
}

static void an_entry_that_was_only_just_added_has_its_digest(void **state)
{
        struct history *history = make_three(state);
        struct digest digest = digest_of("four", 4);
        struct history_entry entry;
        int fd;

        add_alone(history, "four", 0640);
        expect_list(history, 2, "4 3");
        assert_int_equal(history_entry_open(history, 4, &entry, &fd), 0);
        assert_true(digest_equal(&entry.digest, &digest));
        close(fd);
        history_free(history);
}

/* Whether entry 2 of three counts as damaged, in the list and when it is opened. */
static void expect_damaged(struct history *history)
{
        _cleanup_free_ struct history_entry *entries = NULL;
        struct history_entry entry;
        size_t count;
        int fd;

        assert_int_equal(history_entry_open(history, 2, &entry, &fd), -EBADMSG);
        assert_int_equal(history_entry_list(history, 10, &entries, &count), 0);
        assert_int_equal(count, 3);
        assert_false(entries[0].damaged);
        assert_true(entries[1].damaged);
        assert_int_equal(entries[1].generation, 2);
        assert_false(entries[2].damaged);
}

static void without_a_digest_it_is_damaged(void **state)
{
        static const char *const digests[] = {
                "",
                "x",
                "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4",
                "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4  3.cfg\n",
                "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4  2.cfg\nx",
                "x6367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4  2.cfg\n",
        };
        const char *path = testing_path(state, "state/d/2.sha256");
        struct history *history = make_three(state);

        for (size_t i = 0; i < ELEMENTS(digests); i++) {
                testing_write_file(path, digests[i]);
                expect_damaged(history);
        }
        assert_int_equal(unlink(path), 0);
        expect_damaged(history);
        assert_int_equal(symlink("3.sha256", path), 0);
        expect_damaged(history);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkdir(path, 0700), 0);
        expect_damaged(history);
        history_free(history);
}

static void what_is_no_file_is_damaged(void **state)
{
        const char *path = testing_path(state, "state/d/2.cfg");
        struct history *history = make_three(state);

        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("3.cfg", path), 0);
        expect_damaged(history);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkdir(path, 0700), 0);
        expect_damaged(history);
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0); /* and nobody waits for its writer */
        expect_damaged(history);
        history_free(history);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(the_newest_come_first_and_no_more_than_asked_for),
                TEST(what_was_dropped_is_not_listed),
                TEST(an_entry_is_told_in_full),
                TEST(an_entry_is_opened_for_reading_alone),
                TEST(what_is_not_kept_is_not_there),
                TEST(what_is_no_generation_is_left_out),
                TEST(an_entry_that_was_only_just_added_has_its_digest),
                TEST(without_a_digest_it_is_damaged),
                TEST(what_is_no_file_is_damaged),
        };

        return TESTING_RUN(tests);
}
