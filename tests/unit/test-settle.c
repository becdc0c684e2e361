/* SPDX-License-Identifier: MIT */
/* The settle rule on a clock that the test owns: what happens to files is a scenario. */
#include "testing.h"

#include "settling.h"

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

static void test_emptied_file_is_confirmed_whoever_asks(void **state)
{
        struct settle settle = clean();
        struct settle_observation emptied = content(1), empty = content(2);

        emptied.empty = emptied.suspicious = emptied.cut = true;
        settle_sync(&settle, START);
        assert_int_equal(rest(&settle, &emptied, SETTLE_ACCEPT), 2000 * MSEC);
        settle_sync(&settle, START + 3000 * MSEC);
        empty.empty = empty.suspicious = true; /* and so it was before: nothing was lost */
        assert_int_equal(rest(&settle, &empty, SETTLE_ACCEPT), 3000 * MSEC);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_rename_is_accepted_at_once),
                TEST(test_end_of_the_replaced_inode_does_not_slow_a_rename_down),
                TEST(test_rename_of_an_empty_file_is_confirmed),
                TEST(test_emptied_file_is_confirmed_whoever_asks),
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
        };

        return TESTING_RUN(tests);
}
