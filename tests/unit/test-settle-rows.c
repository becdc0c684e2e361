/* SPDX-License-Identifier: MIT */
/* The settle rule, row by row: which hint, which content, which time. */
#include "settling.h"

static void test_each_hint_has_its_time_of_the_next_look(void **state)
{
        const struct {
                enum settle_hint hint;
                uint64_t msec;
        } rows[] = {
                {SETTLE_HINT_COMMIT, 0}, {SETTLE_HINT_RENAME, 0},   {SETTLE_HINT_WEAK, 50},
                {SETTLE_HINT_GONE, 50},  {SETTLE_HINT_TOUCHED, 50},
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct settle settle = clean();

                settle_hint(&settle, rows[i].hint, START);
                assert_int_equal(settle_deadline(&settle), START + rows[i].msec * MSEC);
        }
}

/* What must rest how long after which last hint of content: {rename, in place}. */
static void test_each_kind_of_content_has_its_rest(void **state)
{
        const struct {
                struct settle_observation seen;
                uint64_t after_rename_msec, in_place_msec;
                enum settle_verdict verdict;
        } rows[] = {
                {{.seen = SETTLE_SEEN_OTHER, .parses = true}, 0, 250, SETTLE_ACCEPT},
                {{.seen = SETTLE_SEEN_OTHER, .parses = true, .suspicious = true},
                 0,
                 2000,
                 SETTLE_ACCEPT},
                {{.seen = SETTLE_SEEN_OTHER, .parses = true, .suspicious = true, .cut = true},
                 0,
                 2000,
                 SETTLE_ACCEPT},
                {{.seen = SETTLE_SEEN_OTHER, .parses = true, .suspicious = true, .empty = true},
                 2000,
                 2000,
                 SETTLE_ACCEPT},
                {{.seen = SETTLE_SEEN_OTHER}, 2000, 2000, SETTLE_REFUSE},
                {{.seen = SETTLE_SEEN_OTHER, .suspicious = true}, 2000, 2000, SETTLE_REFUSE},
                {{.seen = SETTLE_SEEN_OTHER, .parses = true, .writer = true},
                 3000,
                 3000,
                 SETTLE_ACCEPT},
                {{.seen = SETTLE_SEEN_OTHER, .writer = true}, 3000, 3000, SETTLE_REFUSE},
                {{.seen = SETTLE_SEEN_NONE, .state = CFGW_STATE_MISSING},
                 2000,
                 2000,
                 SETTLE_REFUSE},
                {{.seen = SETTLE_SEEN_NONE, .state = CFGW_STATE_UNREADABLE},
                 2000,
                 2000,
                 SETTLE_REFUSE},
                {{.seen = SETTLE_SEEN_SAME}, 0, 0, SETTLE_UNCHANGED},
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct settle settle = clean();

                settle_hint(&settle, SETTLE_HINT_RENAME, START);
                assert_int_equal(rest(&settle, &rows[i].seen, rows[i].verdict),
                                 rows[i].after_rename_msec * MSEC);
                settle = clean();
                settle_hint(&settle, SETTLE_HINT_COMMIT, START);
                assert_int_equal(rest(&settle, &rows[i].seen, rows[i].verdict),
                                 rows[i].in_place_msec * MSEC);
        }
}

static void test_all_times_are_options(void **state)
{
        const struct settle_times times = {
                .weak_usec = 1 * MSEC,
                .in_place_usec = 10 * MSEC,
                .confirm_usec = 20 * MSEC,
                .writer_usec = 30 * MSEC,
                .defer_usec = 40 * MSEC,
                .ttl_usec = 100 * MSEC,
                .ttl_blind_usec = 70 * MSEC,
        };
        struct settle settle;
        struct settle_observation same = {.seen = SETTLE_SEEN_SAME}, seen = content(1);

        settle_init(&settle, &times, START);
        settle_observe(&settle, &same, START);
        assert_int_equal(settle_deadline(&settle), START + 100 * MSEC);
        settle_set_blind(&settle, true, START);
        assert_int_equal(settle_deadline(&settle), START + 70 * MSEC);
        settle_hint(&settle, SETTLE_HINT_WEAK, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 11 * MSEC);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 100 * MSEC);
        seen = content(2);
        seen.suspicious = true;
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 120 * MSEC);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 200 * MSEC);
        seen = content(3);
        seen.writer = true;
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 230 * MSEC);
}

static void test_write_after_a_rename_makes_it_a_save_in_place(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_hint(&settle, SETTLE_HINT_RENAME, START);
        settle_hint(&settle, SETTLE_HINT_WEAK, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 250 * MSEC);
}

static void test_rename_after_a_write_ends_the_rest(void **state)
{
        struct settle settle = clean();
        struct settle_observation part = content(1), whole = content(2);

        settle_hint(&settle, SETTLE_HINT_COMMIT, START);
        assert_int_equal(settle_observe(&settle, &part, START), SETTLE_WAIT);
        settle_hint(&settle, SETTLE_HINT_RENAME, START + 100 * MSEC);
        assert_int_equal(rest(&settle, &whole, SETTLE_ACCEPT), 100 * MSEC);
}

static void test_weak_hints_do_not_put_the_next_look_off(void **state)
{
        struct settle settle = clean();

        for (uint64_t msec = 0; msec < 50; msec += 10)
                settle_hint(&settle, SETTLE_HINT_WEAK, START + msec * MSEC);
        assert_int_equal(settle_deadline(&settle), START + 50 * MSEC);
}

static void test_another_reason_to_be_unusable_rests_anew(void **state)
{
        struct settle settle = clean();
        struct settle_observation gone = missing(), locked = missing();

        locked.state = CFGW_STATE_UNREADABLE;
        settle_hint(&settle, SETTLE_HINT_GONE, START);
        assert_int_equal(settle_observe(&settle, &gone, START + 50 * MSEC), SETTLE_WAIT);
        settle_hint(&settle, SETTLE_HINT_WEAK, START + 1000 * MSEC);
        assert_int_equal(rest(&settle, &locked, SETTLE_REFUSE), 3050 * MSEC);
}

static void test_blind_domain_is_polled_more_often_and_that_is_counted_apart(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_set_blind(&settle, true, START);
        assert_int_equal(settle_deadline(&settle), START + 5000 * MSEC);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 7000 * MSEC);
        assert_int_equal(settle.cause, SETTLE_CAUSE_POLL);
        assert_int_equal(settle_deadline(&settle), START + 12000 * MSEC);
        settle_set_blind(&settle, false, START + 7000 * MSEC);
        settle_hint(&settle, SETTLE_HINT_RENAME, START + 8000 * MSEC);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 8000 * MSEC);
        assert_int_equal(settle.cause, SETTLE_CAUSE_EVENT);
        assert_int_equal(settle_deadline(&settle), START + 18000 * MSEC);
}

static void test_deferral_counts_from_the_last_sight_of_a_writer(void **state)
{
        struct settle settle = clean();
        struct settle_observation part = content(1), seen = content(2);
        enum settle_verdict verdict = SETTLE_WAIT;
        uint64_t now = START + 4900 * MSEC;

        part.writer = true;
        settle_hint(&settle, SETTLE_HINT_WEAK, START);
        assert_int_equal(settle_observe(&settle, &part, START + 50 * MSEC), SETTLE_WAIT);
        part.digest.bytes[0] = 3;
        assert_int_equal(settle_observe(&settle, &part, now), SETTLE_WAIT);
        while (verdict == SETTLE_WAIT) {
                now += 100 * MSEC;
                seen.digest.bytes[0]++;
                verdict = settle_observe(&settle, &seen, now);
        }
        assert_int_equal(now - START, 9900 * MSEC);
}

static void test_no_deferral_is_too_short_for_a_save_under_way(void **state)
{
        struct settle_times times = SETTLE_TIMES_DEFAULT;
        struct settle settle;
        struct settle_observation same = {.seen = SETTLE_SEEN_SAME}, seen = content(1);

        times.defer_usec = 0;
        settle_init(&settle, &times, START);
        settle_observe(&settle, &same, START);
        seen.writer = true;
        settle_hint(&settle, SETTLE_HINT_COMMIT, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 3000 * MSEC);
        seen = content(2);
        seen.cut = seen.suspicious = true;
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 4000 * MSEC);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 6000 * MSEC);
}

/* Somebody appends a line now and then: never taken for finished while it is less than before. */
static void test_content_that_grows_from_a_part_is_not_taken_after_the_deferral(void **state)
{
        struct settle settle = clean();
        struct settle_observation part = content(0), whole = content(255);
        uint64_t now = START;

        part.suspicious = part.cut = true;
        for (uint8_t i = 0; i < 200; i++) {
                part.digest.bytes[0] = i;
                settle_hint(&settle, SETTLE_HINT_COMMIT, now);
                assert_int_equal(settle_observe(&settle, &part, now), SETTLE_WAIT);
                now += 100 * MSEC;
        }
        settle_hint(&settle, SETTLE_HINT_COMMIT, now);
        assert_int_equal(rest(&settle, &whole, SETTLE_ACCEPT), 20250 * MSEC);
}

/* The daemon may be started in the middle of a save. */
static void test_start_does_not_take_less_than_before_at_once(void **state)
{
        struct settle settle;
        struct settle_observation part = content(1), whole = content(2);

        part.suspicious = part.cut = true;
        settle_init(&settle, &SETTLE_TIMES_DEFAULT, START);
        assert_int_equal(rest(&settle, &part, SETTLE_ACCEPT), 2000 * MSEC);
        assert_int_equal(settle.cause, SETTLE_CAUSE_START);

        settle_init(&settle, &SETTLE_TIMES_DEFAULT, START);
        assert_int_equal(settle_observe(&settle, &part, START), SETTLE_WAIT);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 100 * MSEC);
        assert_int_equal(rest(&settle, &whole, SETTLE_ACCEPT), 350 * MSEC);
        assert_int_equal(settle.cause, SETTLE_CAUSE_EVENT);
}

static void test_recheck_looks_at_once_and_keeps_the_rule(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_recheck(&settle, START);
        assert_int_equal(settle_deadline(&settle), START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 2000 * MSEC);
        assert_int_equal(settle.cause, SETTLE_CAUSE_SYNC);
}

static void test_sync_ends_the_rest_that_is_under_way(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_hint(&settle, SETTLE_HINT_COMMIT, START);
        assert_int_equal(settle_observe(&settle, &seen, START), SETTLE_WAIT);
        settle_sync(&settle, START + 10 * MSEC);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 10 * MSEC);
        assert_int_equal(settle.cause, SETTLE_CAUSE_EVENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_each_hint_has_its_time_of_the_next_look),
                TEST(test_each_kind_of_content_has_its_rest),
                TEST(test_all_times_are_options),
                TEST(test_write_after_a_rename_makes_it_a_save_in_place),
                TEST(test_rename_after_a_write_ends_the_rest),
                TEST(test_weak_hints_do_not_put_the_next_look_off),
                TEST(test_another_reason_to_be_unusable_rests_anew),
                TEST(test_blind_domain_is_polled_more_often_and_that_is_counted_apart),
                TEST(test_deferral_counts_from_the_last_sight_of_a_writer),
                TEST(test_no_deferral_is_too_short_for_a_save_under_way),
                TEST(test_content_that_grows_from_a_part_is_not_taken_after_the_deferral),
                TEST(test_start_does_not_take_less_than_before_at_once),
                TEST(test_recheck_looks_at_once_and_keeps_the_rule),
                TEST(test_sync_ends_the_rest_that_is_under_way),
        };

        return TESTING_RUN(tests);
}
