/* SPDX-License-Identifier: MIT */
/* What a domain makes of a file that was emptied or is missing, as its guards say. */
#include "looking.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define CONFIRM (SETTLE_TIMES_DEFAULT.confirm_usec)
#define REFUSING                                                                                   \
        (&(struct domain_options){.empty = DOMAIN_EMPTY_REFUSE, .missing = DOMAIN_MISSING_KEEP})
#define EMPTYING (&(struct domain_options){.missing = DOMAIN_MISSING_EMPTY})

/* A domain that has accepted FIRST as generation 1. */
static struct fixture begin(void **state, const struct domain_options *wanted)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start_with(state, wanted);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        return fixture;
}

static struct fixture restart(struct fixture fixture, void **state,
                              const struct domain_options *wanted)
{
        domain_free(fixture.domain);
        return start_with(state, wanted);
}

static enum domain_news save_by_rename(struct fixture *fixture, void **state, const char *text)
{
        const char *other = testing_path(state, "other");

        testing_write_file(other, text);
        assert_int_equal(rename(other, fixture->path), 0);
        settle_hint(&fixture->domain->settle, SETTLE_HINT_RENAME, fixture->now);
        return settle(fixture);
}

static enum domain_news remove_file(struct fixture *fixture)
{
        assert_int_equal(unlink(fixture->path), 0);
        settle_hint(&fixture->domain->settle, SETTLE_HINT_GONE, fixture->now);
        return settle(fixture);
}

static void expect(const struct fixture *fixture, uint64_t generation, size_t sections,
                   cfgw_state state)
{
        assert_int_equal(fixture->domain->generation, generation);
        assert_int_equal(fixture->domain->sections, sections);
        assert_int_equal(fixture->domain->state, state);
}

/* ----------------------------------------------------------------------- empty */

static void test_emptied_file_is_accepted_after_it_was_confirmed(void **state)
{
        static const char *const nothing[] = {"", "\n", " \t\n\n  \n"};

        for (size_t i = 0; i < ELEMENTS(nothing); i++) {
                struct fixture fixture = begin(state, &(struct domain_options){.name = NULL});
                uint64_t generation = fixture.domain->generation, before = fixture.now;

                assert_int_equal(save(&fixture, nothing[i]), DOMAIN_NEW_CONTENT);
                assert_true(fixture.now - before >= CONFIRM);
                expect(&fixture, generation + 1, 0, CFGW_STATE_VALID);
                assert_int_equal(save(&fixture, FIRST), DOMAIN_NEW_CONTENT);
                before = fixture.now;
                assert_int_equal(save_by_rename(&fixture, state, nothing[i]), DOMAIN_NEW_CONTENT);
                assert_true(fixture.now - before >= CONFIRM);
                expect(&fixture, generation + 3, 0, CFGW_STATE_VALID);
                assert_false(fixture.domain->absent);
                domain_free(fixture.domain);
        }
}

static void test_sync_waits_until_an_emptied_file_is_confirmed(void **state)
{
        struct fixture fixture = begin(state, EMPTYING);
        uint64_t before = fixture.now;

        testing_write_file(fixture.path, "");
        settle_sync(&fixture.domain->settle, fixture.now);
        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NOTHING);
        testing_write_file(fixture.path, SECOND);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT); /* it was but the middle */
        expect(&fixture, 2, 1, CFGW_STATE_VALID);

        before = fixture.now;
        assert_int_equal(unlink(fixture.path), 0);
        settle_sync(&fixture.domain->settle, fixture.now);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.now - before, CONFIRM);
        expect(&fixture, 3, 0, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

static void test_refused_empty_file_is_invalid_and_says_why(void **state)
{
        struct fixture fixture = begin(state, REFUSING);

        assert_int_equal(save(&fixture, ""), DOMAIN_NEW_STATE);
        expect(&fixture, 1, 1, CFGW_STATE_INVALID);
        assert_int_equal(fixture.domain->line, 0);
        assert_string_equal(fixture.domain->reason,
                            "the file is empty, and this domain refuses that (empty = refuse)");
        assert_int_equal(save_by_rename(&fixture, state, " \n"), DOMAIN_NEW_STATE);
        expect(&fixture, 1, 1, CFGW_STATE_INVALID);
        assert_non_null(strstr(fixture.domain->reason, "no section in the file"));
        assert_int_equal(save_by_rename(&fixture, state, " \n"), DOMAIN_NOTHING); /* told once */
        assert_int_equal(fixture.domain->accepted, 1);
        assert_null(testing_read_file(state, testing_path(state, "state/datastore/2.cfg")));
        assert_int_equal(save(&fixture, FIRST), DOMAIN_NEW_STATE); /* back again */
        expect(&fixture, 1, 1, CFGW_STATE_VALID);
        assert_int_equal(save(&fixture, ""), DOMAIN_NEW_STATE);
        assert_int_equal(save(&fixture, SECOND), DOMAIN_NEW_CONTENT);
        expect(&fixture, 2, 1, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

static void test_sync_of_a_refused_empty_file_is_answered_at_once(void **state)
{
        struct fixture fixture = begin(state, REFUSING);

        testing_write_file(fixture.path, "");
        settle_sync(&fixture.domain->settle, fixture.now);
        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NEW_STATE);
        assert_false(fixture.domain->settle.dirty);
        expect(&fixture, 1, 1, CFGW_STATE_INVALID);
        domain_free(fixture.domain);
}

static void test_start_with_an_empty_file(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), "");
        fixture = start_with(state, REFUSING);
        settle(&fixture);
        expect(&fixture, 0, 0, CFGW_STATE_INVALID);
        fixture = restart(fixture, state, EMPTYING);
        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NEW_CONTENT);
        expect(&fixture, 1, 0, CFGW_STATE_VALID);
        domain_finish_accept(fixture.domain);
        fixture = restart(fixture, state, REFUSING); /* what is in force is refused by nobody */
        settle(&fixture);
        expect(&fixture, 1, 0, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

static void test_restart_after_the_file_was_emptied(void **state)
{
        struct fixture fixture = begin(state, REFUSING);
        uint64_t before;

        testing_write_file(fixture.path, "");
        fixture = restart(fixture, state, REFUSING);
        settle(&fixture);
        expect(&fixture, 1, 1, CFGW_STATE_INVALID);
        fixture = restart(fixture, state, EMPTYING);
        before = fixture.now;
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.now - before, CONFIRM);
        expect(&fixture, 2, 0, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

/* --------------------------------------------------------------------- missing */

static void test_missing_file_is_kept_unless_told_otherwise(void **state)
{
        struct fixture fixture = begin(state, &(struct domain_options){.name = NULL});

        assert_int_equal(remove_file(&fixture), DOMAIN_NEW_STATE);
        expect(&fixture, 1, 1, CFGW_STATE_MISSING);
        assert_false(fixture.domain->absent);
        domain_free(fixture.domain);
}

static void test_missing_file_is_taken_for_empty_after_it_was_confirmed(void **state)
{
        struct fixture fixture = begin(state, EMPTYING);
        struct digest nothing = digest_of("", 0);
        uint64_t before = fixture.now;

        assert_int_equal(remove_file(&fixture), DOMAIN_NEW_CONTENT);
        assert_true(fixture.now - before >= CONFIRM);
        expect(&fixture, 2, 0, CFGW_STATE_VALID);
        assert_true(fixture.domain->absent);
        assert_true(digest_equal(&fixture.domain->digest, &nothing));
        assert_string_equal(testing_read_file(state, testing_path(state, "state/datastore/2.cfg")),
                            "");
        assert_int_equal(save(&fixture, ""), DOMAIN_NOTHING); /* back, with the same bytes */
        expect(&fixture, 2, 0, CFGW_STATE_VALID);
        assert_false(fixture.domain->absent);
        assert_int_equal(save(&fixture, FIRST), DOMAIN_NEW_CONTENT);
        expect(&fixture, 3, 1, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

/* vi and many others: away, and a moment later there again. */
static void test_file_that_is_missing_for_a_moment_is_not_empty(void **state)
{
        struct fixture fixture = begin(state, EMPTYING);
        uint64_t until = fixture.now + CONFIRM - USEC_PER_MSEC;

        assert_int_equal(unlink(fixture.path), 0);
        settle_hint(&fixture.domain->settle, SETTLE_HINT_GONE, fixture.now);
        while (settle_deadline(&fixture.domain->settle) < until) {
                fixture.now = settle_deadline(&fixture.domain->settle);
                assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NOTHING);
        }
        fixture.now = until;
        assert_int_equal(save(&fixture, FIRST), DOMAIN_NOTHING);
        expect(&fixture, 1, 1, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

static void test_missing_file_is_kept_where_empty_is_refused(void **state)
{
        const struct domain_options both = {.empty = DOMAIN_EMPTY_REFUSE,
                                            .missing = DOMAIN_MISSING_EMPTY};
        struct fixture fixture = begin(state, &both);

        assert_int_equal(remove_file(&fixture), DOMAIN_NEW_STATE);
        expect(&fixture, 1, 1, CFGW_STATE_MISSING);
        domain_free(fixture.domain);
}

static void test_start_without_a_file(void **state)
{
        struct fixture fixture = start_with(state, EMPTYING);

        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NEW_CONTENT);
        expect(&fixture, 1, 0, CFGW_STATE_VALID);
        domain_finish_accept(fixture.domain);
        fixture = restart(fixture, state, EMPTYING);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_STATE); /* unknown -> valid, no number */
        expect(&fixture, 1, 0, CFGW_STATE_VALID);
        assert_true(fixture.domain->absent);
        fixture = restart(fixture, state, REFUSING);
        settle(&fixture);
        expect(&fixture, 1, 0, CFGW_STATE_MISSING);
        assert_int_equal(save(&fixture, SECOND), DOMAIN_NEW_CONTENT);
        expect(&fixture, 2, 1, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

static void test_restart_after_the_file_was_removed(void **state)
{
        struct fixture fixture = begin(state, EMPTYING);
        uint64_t before;

        assert_int_equal(unlink(fixture.path), 0);
        fixture = restart(fixture, state, EMPTYING);
        before = fixture.now;
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.now - before, CONFIRM);
        expect(&fixture, 2, 0, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

static void test_whole_directory_that_is_missing_counts_as_well(void **state)
{
        struct fixture fixture = begin(state, EMPTYING);

        assert_int_equal(unlink(fixture.path), 0);
        assert_int_equal(symlink("no/such/file", fixture.path), 0);
        settle_hint(&fixture.domain->settle, SETTLE_HINT_WEAK, fixture.now);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        expect(&fixture, 2, 0, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

/* What cannot be read may hold anything. */
static void test_unreadable_file_is_never_taken_for_empty(void **state)
{
        struct fixture fixture = begin(state, EMPTYING);

        assert_int_equal(unlink(fixture.path), 0);
        assert_int_equal(mkdir(fixture.path, 0700), 0);
        settle_hint(&fixture.domain->settle, SETTLE_HINT_WEAK, fixture.now);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_STATE);
        expect(&fixture, 1, 1, CFGW_STATE_UNREADABLE);
        domain_free(fixture.domain);
}

/* There is no file whose mode would say it. */
static void test_empty_content_of_a_missing_file_is_for_the_readers_before(void **state)
{
        struct fixture fixture;
        struct stat stat_buffer;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        assert_int_equal(chmod(testing_path(state, "file.cfg"), 0640), 0);
        fixture = start_with(state, EMPTYING);
        settle(&fixture);
        remove_file(&fixture);
        assert_int_equal(stat(testing_path(state, "runtime/datastore/2.snap"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0440);
        domain_free(fixture.domain);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_emptied_file_is_accepted_after_it_was_confirmed),
                TEST(test_sync_waits_until_an_emptied_file_is_confirmed),
                TEST(test_refused_empty_file_is_invalid_and_says_why),
                TEST(test_sync_of_a_refused_empty_file_is_answered_at_once),
                TEST(test_start_with_an_empty_file),
                TEST(test_restart_after_the_file_was_emptied),
                TEST(test_missing_file_is_kept_unless_told_otherwise),
                TEST(test_missing_file_is_taken_for_empty_after_it_was_confirmed),
                TEST(test_file_that_is_missing_for_a_moment_is_not_empty),
                TEST(test_missing_file_is_kept_where_empty_is_refused),
                TEST(test_start_without_a_file),
                TEST(test_restart_after_the_file_was_removed),
                TEST(test_whole_directory_that_is_missing_counts_as_well),
                TEST(test_unreadable_file_is_never_taken_for_empty),
                TEST(test_empty_content_of_a_missing_file_is_for_the_readers_before),
        };

        return TESTING_RUN(tests);
}
