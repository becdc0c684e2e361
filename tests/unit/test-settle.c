/* SPDX-License-Identifier: MIT */
/* The settle rule on a clock that the test owns: each row of the rule is a scenario. */
#include "testing.h"

#include "settle.h"

#define START (UINT64_C(1000) * USEC_PER_SEC)
#define MSEC USEC_PER_MSEC

/* A machine that has accepted something and is clean, at START. */
static struct settle clean(void)
{
        struct settle settle;
        struct settle_observation same = {.seen = SETTLE_SEEN_SAME};

        settle_init(&settle, &SETTLE_TIMES_DEFAULT, START);
        assert_int_equal(settle_deadline(&settle), START);
        assert_int_equal(settle_observe(&settle, &same, START), SETTLE_UNCHANGED);
        return settle;
}

/* Whole content, told apart by @id. */
static struct settle_observation content(uint8_t id)
{
        return (struct settle_observation){
                .seen = SETTLE_SEEN_OTHER,
                .digest.bytes[0] = id,
                .parses = true,
        };
}

static struct settle_observation missing(void)
{
        return (struct settle_observation){.seen = SETTLE_SEEN_NONE, .state = CFGW_STATE_MISSING};
}

/* Looks whenever a look is due, always seeing the same; returns when the wait ended. */
static uint64_t rest(struct settle *settle, const struct settle_observation *seen,
                     enum settle_verdict expected)
{
        enum settle_verdict verdict;
        uint64_t now, looks = 0;

        do {
                now = settle_deadline(settle);
                assert_true(looks++ < 1000);
                verdict = settle_observe(settle, seen, now);
        } while (verdict == SETTLE_WAIT);
        assert_int_equal(verdict, expected);
        return now - START;
}

static void test_rename_is_accepted_at_once(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_hint(&settle, SETTLE_HINT_RENAME, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 0);
        assert_int_equal(settle.cause, SETTLE_CAUSE_EVENT);
        assert_false(settle.dirty);
}

static void test_end_of_the_replaced_inode_does_not_slow_a_rename_down(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_hint(&settle, SETTLE_HINT_RENAME, START);
        settle_hint(&settle, SETTLE_HINT_TOUCHED, START);
        settle_hint(&settle, SETTLE_HINT_GONE, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 0);
}

static void test_rename_of_an_empty_file_is_confirmed(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        seen.empty = seen.suspicious = true;
        settle_hint(&settle, SETTLE_HINT_RENAME, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 2000 * MSEC);
}

static void test_rename_while_a_writer_goes_on_waits_for_him(void **state)
{
        struct settle settle = clean();
        struct settle_observation part = content(1), whole = content(2);

        part.writer = true;
        settle_hint(&settle, SETTLE_HINT_RENAME, START);
        assert_int_equal(settle_observe(&settle, &part, START), SETTLE_WAIT);
        assert_int_equal(settle_deadline(&settle), START + 100 * MSEC);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 40 * MSEC);
        assert_int_equal(settle_deadline(&settle), START + 40 * MSEC);
        assert_int_equal(rest(&settle, &whole, SETTLE_ACCEPT), 290 * MSEC);
}

static void test_save_in_place_rests_after_the_close(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_hint(&settle, SETTLE_HINT_WEAK, START);
        assert_int_equal(settle_deadline(&settle), START + 50 * MSEC);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 10 * MSEC);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 260 * MSEC);
}

static void test_each_change_starts_the_rest_anew(void **state)
{
        struct settle settle = clean();
        struct settle_observation first = content(1), second = content(2);

        settle_hint(&settle, SETTLE_HINT_COMMIT, START);
        assert_int_equal(settle_observe(&settle, &first, START), SETTLE_WAIT);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 200 * MSEC);
        assert_int_equal(settle_observe(&settle, &second, START + 200 * MSEC), SETTLE_WAIT);
        assert_int_equal(rest(&settle, &second, SETTLE_ACCEPT), 450 * MSEC);
}

static void test_suspicious_content_is_confirmed(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        seen.suspicious = true;
        settle_hint(&settle, SETTLE_HINT_COMMIT, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 2000 * MSEC);
}

static void test_broken_content_is_refused_once(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1), same = {.seen = SETTLE_SEEN_SAME};

        seen.parses = false;
        settle_hint(&settle, SETTLE_HINT_RENAME, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_REFUSE), 2000 * MSEC);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 3000 * MSEC);
        assert_int_equal(rest(&settle, &seen, SETTLE_KNOWN), 3000 * MSEC);
        settle_hint(&settle, SETTLE_HINT_RENAME, START + 4000 * MSEC);
        assert_int_equal(rest(&settle, &same, SETTLE_UNCHANGED), 4000 * MSEC);
        settle_hint(&settle, SETTLE_HINT_RENAME, START + 5000 * MSEC);
        assert_int_equal(rest(&settle, &seen, SETTLE_REFUSE), 7000 * MSEC);
}

static void test_missing_file_is_confirmed_and_its_return_is_not_lost(void **state)
{
        struct settle settle = clean();
        struct settle_observation gone = missing(), back = content(1);

        settle_hint(&settle, SETTLE_HINT_GONE, START);
        assert_int_equal(settle_observe(&settle, &gone, START + 50 * MSEC), SETTLE_WAIT);
        settle_hint(&settle, SETTLE_HINT_WEAK, START + 1000 * MSEC);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 1001 * MSEC);
        assert_int_equal(rest(&settle, &back, SETTLE_ACCEPT), 1251 * MSEC);

        settle = clean();
        settle_hint(&settle, SETTLE_HINT_WEAK, START);
        assert_int_equal(rest(&settle, &gone, SETTLE_REFUSE), 2050 * MSEC);
}

static void test_slow_writer_is_waited_for(void **state)
{
        struct settle settle = clean();
        struct settle_observation part = content(1), whole = content(2);
        uint64_t now = START;

        part.writer = true;
        for (uint8_t i = 1; i <= 20; i++) { /* 20 writes, a second apart: beyond `defer` */
                part.digest.bytes[0] = i;
                settle_hint(&settle, SETTLE_HINT_WEAK, now);
                for (uint64_t end = now + 1000 * MSEC; settle_deadline(&settle) < end;)
                        assert_int_equal(settle_observe(&settle, &part, settle_deadline(&settle)),
                                         SETTLE_WAIT);
                now += 1000 * MSEC;
        }
        whole.digest.bytes[0] = 100;
        settle_hint(&settle, SETTLE_HINT_COMMIT, now);
        assert_int_equal(rest(&settle, &whole, SETTLE_ACCEPT), 20250 * MSEC);
}

static void test_writer_who_rests_long_enough_has_finished(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        seen.writer = true; /* a mapping that is kept */
        settle_hint(&settle, SETTLE_HINT_WEAK, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 3050 * MSEC);
}

static void test_file_that_never_rests_is_taken_after_the_deferral(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(0);
        enum settle_verdict verdict = SETTLE_WAIT;
        uint64_t now = START;

        while (verdict == SETTLE_WAIT) {
                seen.digest.bytes[0]++;
                settle_hint(&settle, SETTLE_HINT_COMMIT, now);
                verdict = settle_observe(&settle, &seen, now);
                now += 100 * MSEC;
                assert_true(now < START + 6000 * MSEC);
        }
        assert_int_equal(verdict, SETTLE_ACCEPT);
        assert_int_equal(now - START, 5100 * MSEC);
}

static void test_ttl_finds_what_nobody_announced_and_confirms_it(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        assert_int_equal(settle_deadline(&settle), START + 10000 * MSEC);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 12000 * MSEC);
        assert_int_equal(settle.cause, SETTLE_CAUSE_TTL);
        assert_int_equal(settle_deadline(&settle), START + 22000 * MSEC);
}

static void test_event_after_the_ttl_looked_takes_the_credit(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);
        uint64_t now = settle_deadline(&settle);

        assert_int_equal(settle_observe(&settle, &seen, now), SETTLE_WAIT);
        settle_hint(&settle, SETTLE_HINT_RENAME, now + 1);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 10000 * MSEC + 1);
        assert_int_equal(settle.cause, SETTLE_CAUSE_EVENT);
}

static void test_touch_announces_nothing(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_hint(&settle, SETTLE_HINT_TOUCHED, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 2050 * MSEC);
        assert_int_equal(settle.cause, SETTLE_CAUSE_TTL);
}

static void test_sync_does_not_wait_for_rest(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1), broken = content(2);

        seen.suspicious = true;
        settle_sync(&settle, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 0);
        assert_int_equal(settle.cause, SETTLE_CAUSE_SYNC);
        broken.parses = false;
        settle_sync(&settle, START + 1);
        assert_int_equal(rest(&settle, &broken, SETTLE_REFUSE), 1);
}

static void test_sync_waits_for_a_writer(void **state)
{
        struct settle settle = clean();
        struct settle_observation part = content(1), whole = content(2);

        part.writer = true;
        settle_sync(&settle, START);
        assert_int_equal(settle_observe(&settle, &part, START), SETTLE_WAIT);
        settle_hint(&settle, SETTLE_HINT_COMMIT, START + 700 * MSEC);
        assert_int_equal(rest(&settle, &whole, SETTLE_ACCEPT), 700 * MSEC);
}

static void test_torn_reads_are_tried_again_soon_then_slower(void **state)
{
        struct settle settle = clean();
        struct settle_observation torn = {.seen = SETTLE_SEEN_TORN};
        uint64_t now = START;

        settle_hint(&settle, SETTLE_HINT_RENAME, now);
        for (int i = 0; i < 3; i++) {
                assert_int_equal(settle_observe(&settle, &torn, now), SETTLE_WAIT);
                assert_int_equal(settle_deadline(&settle), now + 2 * MSEC);
                now += 2 * MSEC;
        }
        assert_int_equal(settle_observe(&settle, &torn, now), SETTLE_WAIT);
        assert_int_equal(settle_deadline(&settle), now + 50 * MSEC);
}

static void test_failed_accept_is_tried_again(void **state)
{
        struct settle settle = clean();
        struct settle_observation seen = content(1);

        settle_hint(&settle, SETTLE_HINT_RENAME, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 0);
        settle_retry(&settle, START);
        assert_true(settle.dirty);
        rest(&settle, &seen, SETTLE_ACCEPT);
        assert_int_equal(settle.cause, SETTLE_CAUSE_EVENT);
}

static void test_start_takes_what_is_there(void **state)
{
        struct settle settle;
        struct settle_observation seen = content(1);

        seen.suspicious = true;
        settle_init(&settle, &SETTLE_TIMES_DEFAULT, START);
        assert_int_equal(rest(&settle, &seen, SETTLE_ACCEPT), 0);
        assert_int_equal(settle.cause, SETTLE_CAUSE_START);
}

/* ------------------------------------------------- each row of the rule, one by one */

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
                TEST(test_rename_is_accepted_at_once),
                TEST(test_end_of_the_replaced_inode_does_not_slow_a_rename_down),
                TEST(test_rename_of_an_empty_file_is_confirmed),
                TEST(test_rename_while_a_writer_goes_on_waits_for_him),
                TEST(test_save_in_place_rests_after_the_close),
                TEST(test_each_change_starts_the_rest_anew),
                TEST(test_suspicious_content_is_confirmed),
                TEST(test_broken_content_is_refused_once),
                TEST(test_missing_file_is_confirmed_and_its_return_is_not_lost),
                TEST(test_slow_writer_is_waited_for),
                TEST(test_writer_who_rests_long_enough_has_finished),
                TEST(test_file_that_never_rests_is_taken_after_the_deferral),
                TEST(test_ttl_finds_what_nobody_announced_and_confirms_it),
                TEST(test_event_after_the_ttl_looked_takes_the_credit),
                TEST(test_touch_announces_nothing),
                TEST(test_sync_does_not_wait_for_rest),
                TEST(test_sync_waits_for_a_writer),
                TEST(test_torn_reads_are_tried_again_soon_then_slower),
                TEST(test_failed_accept_is_tried_again),
                TEST(test_start_takes_what_is_there),
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
