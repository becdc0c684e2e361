/* SPDX-License-Identifier: MIT */
#include "coalesce.h"
#include "testing.h"

#define GAP 10000
#define START 1000000

static struct message message(enum message_kind kind, uint64_t generation)
{
        return (struct message){
                .domain = "datastore",
                .kind = kind,
                .state = CFGW_STATE_VALID,
                .generation = generation,
        };
}

static void put(struct coalescer *coalescer, size_t i, enum message_kind kind, uint64_t generation,
                uint64_t now)
{
        struct message said = message(kind, generation);

        coalescer_put(coalescer, i, &said, now);
}

/* Takes the next message, which must be there, and counts it as sent. */
static struct message take(struct coalescer *coalescer, uint64_t now)
{
        const struct message *next = coalescer_next(coalescer, now);
        struct message taken;

        assert_non_null(next);
        taken = *next;
        coalescer_sent(coalescer, now);
        return taken;
}

static void first_message_is_due_at_once(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;

        assert_int_equal(coalescer_new(1, GAP, &coalescer), 0);
        assert_null(coalescer_next(coalescer, START));
        assert_int_equal(coalescer_deadline(coalescer), USEC_NEVER);
        put(coalescer, 0, MESSAGE_CHANGE, 7, START);
        assert_int_equal(coalescer_deadline(coalescer), START);
        assert_int_equal(take(coalescer, START).generation, 7);
        assert_null(coalescer_next(coalescer, START + 100 * GAP));
}

static void newest_wins_at_the_end_of_the_gap(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;

        assert_int_equal(coalescer_new(1, GAP, &coalescer), 0);
        put(coalescer, 0, MESSAGE_CHANGE, 1, START);
        take(coalescer, START);
        for (uint64_t i = 2; i <= 9; i++)
                put(coalescer, 0, MESSAGE_CHANGE, i, START + i);
        assert_int_equal(coalescer_deadline(coalescer), START + GAP);
        assert_null(coalescer_next(coalescer, START + GAP - 1));
        assert_int_equal(take(coalescer, START + GAP).generation, 9);
        assert_null(coalescer_next(coalescer, START + 9 * GAP));
}

static void message_after_a_quiet_time_is_due_at_once(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;

        assert_int_equal(coalescer_new(1, GAP, &coalescer), 0);
        put(coalescer, 0, MESSAGE_CHANGE, 1, START);
        take(coalescer, START);
        put(coalescer, 0, MESSAGE_CHANGE, 2, START + 2 * GAP);
        assert_int_equal(take(coalescer, START + 2 * GAP).generation, 2);
}

static void change_is_not_downgraded_by_what_comes_later(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;
        struct message taken;

        assert_int_equal(coalescer_new(1, GAP, &coalescer), 0);
        put(coalescer, 0, MESSAGE_CHANGE, 1, START);
        take(coalescer, START);
        put(coalescer, 0, MESSAGE_CHANGE, 2, START + 1);
        put(coalescer, 0, MESSAGE_STATE, 2, START + 2);
        coalescer_repeat(coalescer, MESSAGE_HEARTBEAT, START + 3);
        taken = take(coalescer, START + GAP);
        assert_int_equal(taken.kind, MESSAGE_CHANGE);
        assert_int_equal(taken.generation, 2);
        /* And it is not a change for ever. */
        coalescer_repeat(coalescer, MESSAGE_HEARTBEAT, START + 3 * GAP);
        assert_int_equal(take(coalescer, START + 3 * GAP).kind, MESSAGE_HEARTBEAT);
}

static void state_outweighs_a_heartbeat_and_a_change_a_state(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;

        assert_int_equal(coalescer_new(1, GAP, &coalescer), 0);
        put(coalescer, 0, MESSAGE_CHANGE, 1, START);
        take(coalescer, START);
        coalescer_repeat(coalescer, MESSAGE_HEARTBEAT, START + 1);
        put(coalescer, 0, MESSAGE_STATE, 1, START + 2);
        assert_int_equal(take(coalescer, START + GAP).kind, MESSAGE_STATE);
        put(coalescer, 0, MESSAGE_STATE, 1, START + GAP + 1);
        put(coalescer, 0, MESSAGE_CHANGE, 2, START + GAP + 2);
        assert_int_equal(take(coalescer, START + 2 * GAP).kind, MESSAGE_CHANGE);
}

static void unsent_message_stays_due_and_is_replaced_by_a_newer_one(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;
        struct message taken;

        assert_int_equal(coalescer_new(1, GAP, &coalescer), 0);
        put(coalescer, 0, MESSAGE_CHANGE, 1, START);
        assert_non_null(coalescer_next(coalescer, START));
        put(coalescer, 0, MESSAGE_CHANGE, 2, START + 1);
        taken = take(coalescer, START + 1);
        assert_int_equal(taken.generation, 2);
        assert_int_equal(taken.sequence, 1); /* nothing was lost, so there is no hole */
}

static void sequence_counts_the_messages_of_all_domains(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;

        assert_int_equal(coalescer_new(3, GAP, &coalescer), 0);
        for (size_t i = 0; i < 3; i++)
                put(coalescer, i, MESSAGE_CHANGE, 10 + i, START);
        for (size_t i = 0; i < 3; i++) {
                struct message taken = take(coalescer, START);

                assert_int_equal(taken.sequence, 1 + i);
                assert_int_equal(taken.generation, 10 + i);
        }
        put(coalescer, 1, MESSAGE_CHANGE, 20, START + GAP);
        assert_int_equal(take(coalescer, START + GAP).sequence, 4);
}

static void busy_domain_does_not_starve_the_others(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;

        assert_int_equal(coalescer_new(2, 0, &coalescer), 0); /* no gap: always due */
        put(coalescer, 0, MESSAGE_CHANGE, 1, START);
        put(coalescer, 1, MESSAGE_CHANGE, 100, START);
        assert_int_equal(take(coalescer, START).generation, 1);
        put(coalescer, 0, MESSAGE_CHANGE, 2, START);
        assert_int_equal(take(coalescer, START).generation, 100);
        assert_int_equal(take(coalescer, START).generation, 2);
}

static void repeat_tells_known_domains_only(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;
        struct message taken;

        assert_int_equal(coalescer_new(3, GAP, &coalescer), 0);
        put(coalescer, 1, MESSAGE_CHANGE, 5, START);
        take(coalescer, START);
        coalescer_repeat(coalescer, MESSAGE_HEARTBEAT, START + 2 * GAP);
        taken = take(coalescer, START + 2 * GAP);
        assert_int_equal(taken.generation, 5);
        assert_int_equal(taken.kind, MESSAGE_HEARTBEAT);
        assert_null(coalescer_next(coalescer, START + 9 * GAP));
}

static void hurry_ends_the_gap(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;

        assert_int_equal(coalescer_new(1, GAP, &coalescer), 0);
        put(coalescer, 0, MESSAGE_CHANGE, 1, START);
        take(coalescer, START);
        coalescer_repeat(coalescer, MESSAGE_FAREWELL, START + 1);
        assert_null(coalescer_next(coalescer, START + 1));
        coalescer_hurry(coalescer);
        assert_int_equal(coalescer_deadline(coalescer), 0);
        assert_int_equal(take(coalescer, START + 1).kind, MESSAGE_FAREWELL);
}

static void coalescer_without_domains_has_nothing_to_say(void **state)
{
        _cleanup_(coalescer_free_p) struct coalescer *coalescer = NULL;

        assert_int_equal(coalescer_new(0, GAP, &coalescer), 0);
        coalescer_repeat(coalescer, MESSAGE_HEARTBEAT, START);
        assert_null(coalescer_next(coalescer, START));
        assert_int_equal(coalescer_deadline(coalescer), USEC_NEVER);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(first_message_is_due_at_once),
                TEST(newest_wins_at_the_end_of_the_gap),
                TEST(message_after_a_quiet_time_is_due_at_once),
                TEST(change_is_not_downgraded_by_what_comes_later),
                TEST(state_outweighs_a_heartbeat_and_a_change_a_state),
                TEST(unsent_message_stays_due_and_is_replaced_by_a_newer_one),
                TEST(sequence_counts_the_messages_of_all_domains),
                TEST(busy_domain_does_not_starve_the_others),
                TEST(repeat_tells_known_domains_only),
                TEST(hurry_ends_the_gap),
                TEST(coalescer_without_domains_has_nothing_to_say),
        };

        return TESTING_RUN(tests);
}
