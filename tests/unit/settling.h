/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_UNIT_SETTLING_H
#define CFGWATCH_TESTS_UNIT_SETTLING_H

/* What the tests of the settle rule have in common: a clock of their own, and things to see. */

#include "testing.h"

#include "settle.h"

#define START (UINT64_C(1000) * USEC_PER_SEC)
#define MSEC USEC_PER_MSEC

/* A machine that has accepted something and is clean, at START. */
static inline struct settle clean(void)
{
        struct settle settle;
        struct settle_observation same = {.seen = SETTLE_SEEN_SAME};

        settle_init(&settle, &SETTLE_TIMES_DEFAULT, START);
        assert_int_equal(settle_deadline(&settle), START);
        assert_int_equal(settle_observe(&settle, &same, START), SETTLE_UNCHANGED);
        return settle;
}

/* Whole content, told apart by @id. */
static inline struct settle_observation content(uint8_t id)
{
        return (struct settle_observation){
                .seen = SETTLE_SEEN_OTHER,
                .digest.bytes[0] = id,
                .parses = true,
        };
}

static inline struct settle_observation missing(void)
{
        return (struct settle_observation){.seen = SETTLE_SEEN_NONE, .state = CFGW_STATE_MISSING};
}

/* Looks whenever a look is due, always seeing the same; returns when the wait ended. */
static inline uint64_t rest(struct settle *settle, const struct settle_observation *seen,
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

#endif
