/* SPDX-License-Identifier: MIT */
/*
 * The settle machine against a model of the rule. The machine keeps what it needs to know in
 * some fields and changes them as it goes along; the model keeps a log of all that happened
 * since the last verdict, and works each answer out from that, from the beginning.
 */
#include "testing.h"

#include "settle.h"

#include <string.h>

#define START (UINT64_C(1000) * USEC_PER_SEC)
#define STEPS 400000
#define LOG_MAX 4096
#define DIGESTS 4

enum step_kind { STEP_HINT, STEP_SYNC, STEP_RECHECK, STEP_SIGHT };

struct step {
        enum step_kind kind;
        uint64_t at;
        enum settle_hint hint;
        struct settle_observation seen;
};

struct model {
        struct settle_times times;
        struct step log[LOG_MAX]; /* since the last verdict that was not WAIT */
        size_t count;
        uint64_t ttl_at;     /* counted from that verdict */
        bool blind, started; /* started: the first verdict has been given */
        bool has_refused;
        struct settle_observation refused;
};

static void note(struct model *model, struct step step)
{
        assert_true(model->count < LOG_MAX);
        model->log[model->count++] = step;
}

/* ------------------------------------------------------------------ the rule */

static bool are_alike(const struct settle_observation *a, const struct settle_observation *b)
{
        if (a->seen != b->seen)
                return false;
        return a->seen == SETTLE_SEEN_NONE ? a->state == b->state && a->error == b->error
                                           : digest_equal(&a->digest, &b->digest);
}

static bool is_event(const struct step *step)
{
        return step->kind == STEP_HINT && step->hint != SETTLE_HINT_TOUCHED;
}

static bool is_cut(const struct step *step)
{
        return step->kind == STEP_SIGHT && step->seen.seen == SETTLE_SEEN_OTHER && step->seen.cut;
}

/*
 * Somebody waits for the answer, as of step @until. The sight of a file that was emptied takes
 * back what was asked before. So does at a start, which asks by itself, the sight of one that is
 * cut, until an event tells that somebody is at work on it.
 */
static bool is_asked(const struct model *model, size_t until)
{
        bool asked = !model->started, starts = !model->started;

        for (size_t i = 0; i <= until && i < model->count; i++) {
                const struct step *step = &model->log[i];

                if (step->kind == STEP_SYNC)
                        asked = true;
                else if (is_event(step))
                        starts = starts && asked;
                else if (is_cut(step) && (step->seen.empty || starts))
                        asked = false;
        }
        return asked;
}

static enum settle_cause first_cause(const struct model *model)
{
        const struct step *first = &model->log[0];

        if (!model->started)
                return SETTLE_CAUSE_START;
        if (is_event(first))
                return SETTLE_CAUSE_EVENT;
        if (first->kind == STEP_SYNC || first->kind == STEP_RECHECK)
                return SETTLE_CAUSE_SYNC;
        return model->blind ? SETTLE_CAUSE_POLL : SETTLE_CAUSE_TTL;
}

/* An event takes the credit from the TTL always, and from whoever does not wait for an answer. */
static enum settle_cause cause_of(const struct model *model)
{
        enum settle_cause cause = first_cause(model);

        for (size_t i = 0; i < model->count; i++)
                if (is_event(&model->log[i]) && (cause == SETTLE_CAUSE_TTL ||
                                                 cause == SETTLE_CAUSE_POLL || !is_asked(model, i)))
                        cause = SETTLE_CAUSE_EVENT;
        return cause;
}

static bool came_by_rename(const struct model *model)
{
        for (size_t i = model->count; i-- > 0;) {
                const struct step *step = &model->log[i];

                if (is_event(step) && step->hint != SETTLE_HINT_GONE)
                        return step->hint == SETTLE_HINT_RENAME;
        }
        return false;
}

/* The first of the sights in a row that are like the last one. */
static uint64_t alike_since(const struct model *model)
{
        const struct settle_observation *last = &model->log[model->count - 1].seen;
        uint64_t since = 0;

        for (size_t i = model->count; i-- > 0;) {
                const struct step *step = &model->log[i];

                if (step->kind != STEP_SIGHT)
                        continue;
                if (!are_alike(&step->seen, last))
                        break;
                since = step->at;
        }
        return since;
}

/* No writer and no cut content was seen since, and something was going on. */
static uint64_t nothing_unfinished_since(const struct model *model)
{
        uint64_t since = model->started ? model->log[0].at : START;

        for (size_t i = 0; i < model->count; i++) {
                const struct step *step = &model->log[i];

                if (step->kind == STEP_SIGHT && step->seen.seen == SETTLE_SEEN_OTHER &&
                    (step->seen.writer || step->seen.cut))
                        since = step->at;
        }
        return since;
}

static uint64_t rest_of(const struct model *model, const struct settle_observation *seen)
{
        bool good = seen->seen == SETTLE_SEEN_OTHER && seen->parses;

        if (seen->writer)
                return model->times.writer_usec;
        if (is_asked(model, model->count - 1) || (came_by_rename(model) && good && !seen->empty))
                return 0;
        if (good && !seen->suspicious && cause_of(model) == SETTLE_CAUSE_EVENT)
                return model->times.in_place_usec;
        return model->times.confirm_usec;
}

static bool may_be_deferred_for_ever(const struct settle_observation *seen)
{
        return seen->writer || seen->cut;
}

static enum settle_verdict verdict_of(const struct model *model)
{
        const struct step *last = &model->log[model->count - 1];
        const struct settle_observation *seen = &last->seen;
        bool good = seen->seen == SETTLE_SEEN_OTHER && seen->parses;

        if (seen->seen == SETTLE_SEEN_TORN)
                return SETTLE_WAIT;
        if (seen->seen == SETTLE_SEEN_SAME)
                return SETTLE_UNCHANGED;
        if (!good && model->has_refused && are_alike(&model->refused, seen))
                return SETTLE_KNOWN;
        if (last->at - alike_since(model) < rest_of(model, seen) &&
            (may_be_deferred_for_ever(seen) ||
             last->at - nothing_unfinished_since(model) < model->times.defer_usec))
                return SETTLE_WAIT;
        return good ? SETTLE_ACCEPT : SETTLE_REFUSE;
}

static unsigned int torn_in_a_row(const struct model *model, size_t at)
{
        unsigned int torn = 0;

        for (size_t i = at + 1; i-- > 0;) {
                if (model->log[i].kind != STEP_SIGHT)
                        continue;
                if (model->log[i].seen.seen != SETTLE_SEEN_TORN)
                        break;
                torn++;
        }
        return torn;
}

/* The last sight wants another look then; USEC_NEVER: there was none. */
static uint64_t look_after_sight(const struct model *model, size_t at)
{
        struct model then = *model;
        const struct step *sight = &model->log[at];
        uint64_t next;

        then.count = at + 1;
        if (sight->seen.seen == SETTLE_SEEN_TORN)
                return sight->at + (torn_in_a_row(model, at) <= 3 ? 2 : 50) * USEC_PER_MSEC;
        next = alike_since(&then) + rest_of(&then, &sight->seen);
        if (!may_be_deferred_for_ever(&sight->seen))
                next = MIN(next, nothing_unfinished_since(&then) + model->times.defer_usec);
        if (sight->seen.writer)
                next = MIN(next, sight->at + 100 * USEC_PER_MSEC);
        return next;
}

static uint64_t ttl_of(const struct model *model)
{
        return model->blind ? model->times.ttl_blind_usec : model->times.ttl_usec;
}

static uint64_t deadline_of(const struct model *model)
{
        uint64_t next = model->started ? USEC_NEVER : START;

        if (model->started && model->count == 0)
                return model->ttl_at;
        for (size_t i = 0; i < model->count; i++) {
                const struct step *step = &model->log[i];
                bool commits = step->kind != STEP_HINT || step->hint == SETTLE_HINT_COMMIT ||
                               step->hint == SETTLE_HINT_RENAME;

                if (step->kind == STEP_SIGHT)
                        next = look_after_sight(model, i);
                else if (commits)
                        next = step->at;
                else
                        next = MIN(next, step->at + model->times.weak_usec);
        }
        return next;
}

static void settle_model(struct model *model, enum settle_verdict verdict)
{
        const struct step *last = &model->log[model->count - 1];

        if (verdict == SETTLE_WAIT)
                return;
        if (verdict == SETTLE_REFUSE) {
                model->has_refused = true;
                model->refused = last->seen;
        } else if (verdict != SETTLE_KNOWN) {
                model->has_refused = false;
        }
        model->ttl_at = last->at + ttl_of(model);
        model->started = true;
        model->count = 0;
}

/* ------------------------------------------------------------------ the walk */

static bool one_in(int n)
{
        return rand() % n == 0;
}

/* What kind of content a digest stands for does not change. */
static struct settle_observation random_sight(void)
{
        struct settle_observation seen = {.seen = SETTLE_SEEN_OTHER};
        int id = rand() % DIGESTS;

        seen.digest.bytes[0] = (uint8_t)id;
        seen.parses = id != 0;
        seen.suspicious = id == 1;
        seen.cut = (id == 1 || id == 3) && one_in(2);
        seen.empty = (id == 2 && one_in(4)) || (id == 3 && seen.cut);
        seen.writer = one_in(5);
        if (one_in(12))
                seen = (struct settle_observation){.seen = SETTLE_SEEN_TORN};
        else if (one_in(10))
                seen = (struct settle_observation){.seen = SETTLE_SEEN_SAME};
        else if (one_in(8))
                seen = (struct settle_observation){
                        .seen = SETTLE_SEEN_NONE,
                        .state = one_in(2) ? CFGW_STATE_MISSING : CFGW_STATE_UNREADABLE,
                        .error = one_in(3) ? -1 : -2,
                };
        return seen;
}

/* A watch is lost or comes back while nothing is going on. */
static void turn_blind(struct settle *settle, struct model *model, uint64_t now)
{
        model->blind = !model->blind;
        model->ttl_at = MIN(model->ttl_at, now + ttl_of(model));
        settle_set_blind(settle, model->blind, now);
}

static void do_something(struct settle *settle, struct model *model, uint64_t now)
{
        struct step step = {.at = now};

        if (one_in(40)) {
                step.kind = STEP_SYNC;
                settle_sync(settle, now);
        } else if (one_in(40)) {
                step.kind = STEP_RECHECK;
                settle_recheck(settle, now);
        } else {
                step.hint = (enum settle_hint)(rand() % 5);
                settle_hint(settle, step.hint, now);
        }
        note(model, step);
}

/* @seen: mostly what was seen before, so that things come to rest. */
static void look(struct settle *settle, struct model *model, struct settle_observation *seen,
                 uint64_t now)
{
        enum settle_verdict expected, verdict;
        enum settle_cause cause;

        if (one_in(4))
                *seen = random_sight();
        note(model, (struct step){.kind = STEP_SIGHT, .at = now, .seen = *seen});
        expected = verdict_of(model);
        cause = cause_of(model);
        verdict = settle_observe(settle, seen, now);
        assert_int_equal(verdict, expected);
        if (verdict == SETTLE_ACCEPT || verdict == SETTLE_REFUSE)
                assert_int_equal(settle->cause, cause);
        settle_model(model, verdict);
}

static void walk(unsigned int seed, unsigned int verdicts[SETTLE_KNOWN + 1])
{
        struct settle settle;
        struct model *model = calloc(1, sizeof(*model));
        struct settle_observation seen = random_sight();
        uint64_t now = START;

        assert_non_null(model);
        srand(seed);
        model->times = SETTLE_TIMES_DEFAULT;
        settle_init(&settle, &model->times, START);
        for (int i = 0; i < 2000; i++) {
                uint64_t deadline = deadline_of(model);

                assert_int_equal(settle_deadline(&settle), deadline);
                if (one_in(3)) {
                        now += (uint64_t)(rand() % 400) * USEC_PER_MSEC / 4;
                        if (model->started && model->count == 0 && one_in(4))
                                turn_blind(&settle, model, now);
                        else
                                do_something(&settle, model, now);
                } else if (deadline <= now || one_in(2)) {
                        size_t before = model->count;

                        now = MAX(now, deadline);
                        look(&settle, model, &seen, now);
                        verdicts[0] += model->count > before;
                        verdicts[1] += model->count <= before;
                }
        }
        free(model);
}

static void test_machine_does_what_the_rule_says(void **state)
{
        unsigned int verdicts[SETTLE_KNOWN + 1] = {0};

        for (unsigned int seed = 1; seed <= STEPS / 2000; seed++)
                walk(seed, verdicts);
        printf("# %u looks that waited, %u that decided\n", verdicts[0], verdicts[1]);
        assert_true(verdicts[0] > 10000 && verdicts[1] > 10000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_machine_does_what_the_rule_says),
        };

        return TESTING_RUN(tests);
}
