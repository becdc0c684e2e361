/* SPDX-License-Identifier: MIT */
/* The epoch file alone: when the old epoch goes on and when a new one begins. */
#include "testing.h"

#include "epoch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define OTHER_BOOT "00000000-0000-0000-0000-000000000000"

static int open_directory(void **state)
{
        int directory = directory_make(testing_path(state, "d"));

        assert_true(directory >= 0);
        return directory;
}

/* Opens it as a daemon does that finds entries; 1: it is a new one. */
static int reopen(struct epoch *epoch, int directory)
{
        int r = epoch_open(epoch, directory, false);

        assert_true(r >= 0);
        assert_int_not_equal(epoch->number, 0);
        return r;
}

static struct epoch begin(int directory)
{
        struct epoch epoch;

        assert_int_equal(epoch_open(&epoch, directory, true), 1);
        if (!epoch.is_marked) {
                close(directory);
                SKIP("nothing tells one boot from another");
        }
        assert_true(epoch.is_loose);
        assert_false(epoch.has_ended);
        return epoch;
}

/* Reopens it with @text in the file. */
static int reopen_with(void **state, struct epoch *epoch, int directory, const char *text)
{
        testing_write_file(testing_path(state, "d/epoch"), text);
        return reopen(epoch, directory);
}

static void test_epoch_goes_on_after_a_good_end(void **state)
{
        int directory = open_directory(state);
        struct epoch first = begin(directory), second;

        assert_int_equal(epoch_sync(&first, directory), 0);
        assert_true(first.is_marked && !first.is_loose);
        assert_int_equal(epoch_end(&first, directory), 0);
        assert_int_equal(reopen(&second, directory), 0);
        assert_int_equal(second.number, first.number);
        assert_true(second.has_ended);
        close(directory);
}

static void test_epoch_goes_on_after_a_kill_in_the_same_boot_alone(void **state)
{
        int directory = open_directory(state);
        struct epoch first = begin(directory), second;
        char text[64];

        assert_int_equal(reopen(&second, directory), 0);
        assert_int_equal(second.number, first.number);
        assert_false(second.has_ended);

        snprintf(text, sizeof(text), "%016llx " OTHER_BOOT "\n", (unsigned long long)first.number);
        assert_int_equal(reopen_with(state, &second, directory, text), 1);
        assert_int_not_equal(second.number, first.number);
        assert_false(second.has_ended);
        close(directory);
}

static void test_nothing_goes_on_that_cannot_be_read(void **state)
{
        static const char *const texts[] = {
                "",
                "ended\n",
                "0123456789abcdef",
                "0123456789abcdef\n",
                "0123456789abcdef ended",
                "0123456789abcdef  ended\n",
                "0123456789abcdef ended \n",
                "0123456789abcdeg ended\n",
                "0123456789abcdef0 ended\n",
                "0000000000000000 ended\n",
        };
        int directory = open_directory(state);
        struct epoch epoch;

        begin(directory);
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (reopen_with(state, &epoch, directory, texts[i]) != 1)
                        fail_msg("'%s' goes on", texts[i]);
        assert_int_equal(reopen_with(state, &epoch, directory, "0123456789abcdef ended\n"), 0);
        assert_true(epoch.number == UINT64_C(0x0123456789abcdef));
        close(directory);
}

static void test_afresh_is_a_new_one_whatever_there_is(void **state)
{
        int directory = open_directory(state);
        struct epoch first = begin(directory), second;

        assert_int_equal(epoch_end(&first, directory), 0);
        assert_int_equal(epoch_open(&second, directory, true), 1);
        assert_int_not_equal(second.number, first.number);
        assert_false(second.has_ended);
        close(directory);
}

static void test_renewing_goes_on_with_another_number(void **state)
{
        int directory = open_directory(state);
        struct epoch first = begin(directory), second = first;

        assert_int_equal(epoch_renew(&second, directory), 0);
        assert_int_not_equal(second.number, first.number);
        assert_int_equal(reopen(&first, directory), 0);
        assert_int_equal(first.number, second.number);
        close(directory);
}

static void test_what_cannot_be_stored_changes_nothing(void **state)
{
        int directory = open_directory(state);
        struct epoch first = begin(directory), second = first, other;

        assert_int_equal(unlink(testing_path(state, "d/epoch")), 0);
        assert_int_equal(epoch_sync(&first, directory), -ENOENT);
        assert_false(first.is_marked || first.is_loose);
        assert_int_equal(rmdir(testing_path(state, "d")), 0);
        assert_int_equal(epoch_renew(&second, directory), -ENOENT);
        assert_int_equal(second.number, first.number);
        assert_int_equal(epoch_open(&other, directory, false), -ENOENT);
        close(directory);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_epoch_goes_on_after_a_good_end),
                TEST(test_epoch_goes_on_after_a_kill_in_the_same_boot_alone),
                TEST(test_nothing_goes_on_that_cannot_be_read),
                TEST(test_afresh_is_a_new_one_whatever_there_is),
                TEST(test_renewing_goes_on_with_another_number),
                TEST(test_what_cannot_be_stored_changes_nothing),
        };

        return TESTING_RUN(tests);
}
