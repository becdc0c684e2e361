/* SPDX-License-Identifier: MIT */
/*
 * What is synced before a start is shown: each history by itself, or all of many at once; and what
 * is synced later, by a thread.
 */
#include "testing.h"

#include "durability.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define HISTORY_KEPT 10
#define MANY (DURABILITY_APART_MAX + 1)

static _Atomic unsigned int synced, synced_all, failed;
static _Atomic int sync_error, sync_all_error; /* what the calls are made to fail with */
static _Atomic bool stuck;                     /* fsync(2) waits for the end of that */
int __wrap_fsync(int fd);
int __wrap_syncfs(int fd);

int __wrap_fsync(int fd)
{
        int error;

        synced++;
        WAIT_FOR(!stuck);
        error = sync_error;
        failed += error != 0;
        errno = error;
        return error ? -1 : 0;
}

int __wrap_syncfs(int fd)
{
        synced_all++;
        errno = sync_all_error;
        return sync_all_error ? -1 : 0;
}

struct start {
        struct domain *domains[MANY];
        size_t count;
        int state;
};

/* As a daemon that finds each file for the first time. */
static struct start begin(void **state, size_t count)
{
        int runtime = directory_make(testing_path(state, "run"));
        struct start start = {.count = count,
                              .state = directory_make(testing_path(state, "state"))};

        signal(SIGIO, SIG_IGN);
        testing_write_file(testing_path(state, "file"), "x: one\n\ta b\n");
        for (size_t i = 0; i < count; i++) {
                char name[16];
                struct domain_options options = {
                        .name = name,
                        .path = testing_path(state, "file"),
                        .rules = parse_rules_of(CFGW_LOAD_TOLERANT),
                        .times = SETTLE_TIMES_DEFAULT,
                        .history_length = HISTORY_KEPT,
                };

                snprintf(name, sizeof(name), "d%zu", i);
                assert_int_equal(domain_new(&options, start.state, runtime, 0, &start.domains[i]),
                                 0);
                assert_int_equal(domain_look(start.domains[i], 0), DOMAIN_NEW_CONTENT);
        }
        close(runtime);
        synced = synced_all = failed = 0;
        sync_error = sync_all_error = 0;
        return start;
}

static void end(struct start *start)
{
        sync_error = 0;
        for (size_t i = 0; i < start->count; i++)
                domain_free(start->domains[i]);
        close(start->state);
}

/* What was left for later. */
static unsigned int still_to_sync(struct start *start)
{
        synced = 0;
        for (size_t i = 0; i < start->count; i++)
                assert_int_equal(history_sync(start->domains[i]->history), 0);
        return synced;
}

static void test_opening_leaves_the_sync_for_later(void **state)
{
        struct start start = begin(state, 1);

        assert_int_equal(still_to_sync(&start), 5); /* epoch, digest, content, directory twice */
        assert_int_equal(still_to_sync(&start), 0);
        end(&start);
}

static void test_few_are_synced_one_by_one(void **state)
{
        struct start start = begin(state, DURABILITY_APART_MAX);

        durability_ensure(start.domains, start.count, start.state);
        assert_int_equal(synced_all, 0);
        assert_true(synced >= start.count);
        assert_int_equal(still_to_sync(&start), 0);
        end(&start);
}

static void test_many_are_synced_at_once_with_all_that_belongs_to_them(void **state)
{
        struct start start = begin(state, MANY);

        durability_ensure(start.domains, start.count, start.state);
        assert_int_equal(synced_all, 1);
        assert_int_equal(synced, 0);
        assert_int_equal(still_to_sync(&start), 0);
        assert_non_null(testing_read_file(state, testing_path(state, "state/d0/1.sha256")));
        end(&start);
}

static void test_many_are_synced_one_by_one_where_it_does_not_work_at_once(void **state)
{
        struct start start = begin(state, MANY);

        sync_all_error = EIO;
        durability_ensure(start.domains, start.count, start.state);
        assert_int_equal(synced_all, 1);
        assert_true(synced >= start.count);
        assert_int_equal(still_to_sync(&start), 0);
        end(&start);
}

/* Without an epoch that is surely there, an entry must be durable before it is told. */
static void test_epoch_that_may_be_lost_makes_entries_durable_at_once(void **state)
{
        struct start start = begin(state, 1);

        sync_error = EIO;
        durability_ensure(start.domains, start.count, start.state);
        assert_true(synced >= 2); /* of epoch and entry each was tried */
        sync_error = 0;
        testing_write_file(testing_path(state, "file"), "x: two\n\ta b\n");
        settle_sync(&start.domains[0]->settle, 1);
        synced = 0;
        assert_int_equal(domain_look(start.domains[0], 1), DOMAIN_NEW_CONTENT);
        assert_true(synced >= 2); /* content and directory, before the news */
        end(&start);
}

/* Thousands of domains would wait for the disk longer than a service has time to stop. */
static void test_end_with_all_durable_waits_for_no_disk(void **state)
{
        struct start start = begin(state, 1);
        const char *epoch;

        durability_ensure(start.domains, start.count, start.state);
        synced = 0;
        end(&start);
        assert_int_equal(synced, 0);
        epoch = testing_read_file(state, testing_path(state, "state/d0/epoch"));
        assert_non_null(strstr(epoch, " ended\n"));
}

/* ... but what is not durable yet becomes so before the file says that it is. */
static void test_end_makes_durable_what_is_not(void **state)
{
        struct start start = begin(state, 1);

        end(&start);
        assert_int_equal(synced, 5);
}

/* ------------------------------------------------------------------------ later */

#define FILES_OF_AN_ENTRY 3

static struct durability *begin_later(struct start *start)
{
        struct durability *durability;

        durability_ensure(start->domains, start->count, start->state);
        assert_int_equal(durability_new(start->domains, start->count, &durability), 0);
        assert_true(durability_fd(durability) >= 0);
        synced = 0;
        return durability;
}

static void edit(void **state, struct start *start, const char *tag)
{
        static uint64_t now;
        char content[64];

        snprintf(content, sizeof(content), "x: %s\n\ta b\n", tag);
        testing_write_file(testing_path(state, "file"), content);
        settle_sync(&start->domains[0]->settle, ++now);
        assert_int_equal(domain_look(start->domains[0], now), DOMAIN_NEW_CONTENT);
}

/* In a form for WAIT_FOR. */
static bool has_synced(struct durability *durability, unsigned int files)
{
        durability_dispatch(durability);
        return synced == files;
}

static void test_edits_do_not_wait_for_the_disk_and_are_synced_one_after_the_other(void **state)
{
        struct start start = begin(state, 1);
        struct durability *durability = begin_later(&start);

        stuck = true;
        edit(state, &start, "two");
        durability_begin(durability, 0);
        edit(state, &start, "three");
        durability_begin(durability, 0);
        edit(state, &start, "four");
        durability_begin(durability, 0);
        WAIT_FOR(has_synced(durability, 1));
        stuck = false;
        WAIT_FOR(has_synced(durability, 3 * FILES_OF_AN_ENTRY));
        durability_free(durability);
        end(&start);
}

static void test_entry_that_was_not_synced_is_tried_again_with_the_next(void **state)
{
        struct start start = begin(state, 1);
        struct durability *durability = begin_later(&start);

        sync_error = EIO;
        edit(state, &start, "two");
        durability_begin(durability, 0);
        WAIT_FOR(failed == 1); /* the first file of it */
        edit(state, &start, "three");
        assert_int_equal(synced, 1);
        sync_error = 0;
        synced = 0;
        WAIT_FOR((durability_begin(durability, 0), has_synced(durability, 2 * FILES_OF_AN_ENTRY)));
        durability_free(durability);
        end(&start);
}

/* Up to generation HISTORY_KEPT + 4. */
static void edit_often(void **state, struct start *start)
{
        char tag[16];

        for (unsigned int i = 0; i < HISTORY_KEPT + 3; i++) {
                snprintf(tag, sizeof(tag), "tag%u", i);
                edit(state, start, tag);
        }
}

static void assert_oldest(void **state, unsigned int generation)
{
        for (unsigned int i = 1; i <= generation; i++)
                assert_int_equal(access(testing_path(state, "state/d0/%u.cfg", i), F_OK),
                                 i < generation ? -1 : 0);
}

static void test_entries_beyond_the_length_go_when_what_pushes_them_out_is_durable(void **state)
{
        struct start start = begin(state, 1);
        struct durability *durability = begin_later(&start);
        const char *last = testing_path(state, "state/d0/4.cfg");

        edit_often(state, &start);
        assert_non_null(testing_read_file(state, testing_path(state, "state/d0/1.cfg")));
        durability_begin(durability, 0);
        WAIT_FOR(has_synced(durability, (HISTORY_KEPT + 3) * FILES_OF_AN_ENTRY) &&
                 access(last, F_OK) < 0);
        durability_free(durability);
        end(&start);
        assert_oldest(state, 5);
}

/* There is nothing to wait for then, and nobody who would take note that it has come. */
static void test_entries_that_were_durable_at_once_push_out_others_as_well(void **state)
{
        struct start start = begin(state, 1);

        sync_error = EIO;
        durability_ensure(start.domains, start.count, start.state);
        sync_error = 0;
        edit_often(state, &start);
        assert_oldest(state, 5);
        end(&start);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_opening_leaves_the_sync_for_later),
                TEST(test_few_are_synced_one_by_one),
                TEST(test_many_are_synced_at_once_with_all_that_belongs_to_them),
                TEST(test_many_are_synced_one_by_one_where_it_does_not_work_at_once),
                TEST(test_epoch_that_may_be_lost_makes_entries_durable_at_once),
                TEST(test_end_with_all_durable_waits_for_no_disk),
                TEST(test_end_makes_durable_what_is_not),
                TEST(test_edits_do_not_wait_for_the_disk_and_are_synced_one_after_the_other),
                TEST(test_entry_that_was_not_synced_is_tried_again_with_the_next),
                TEST(test_entries_beyond_the_length_go_when_what_pushes_them_out_is_durable),
                TEST(test_entries_that_were_durable_at_once_push_out_others_as_well),
        };

        return TESTING_RUN(tests);
}
