/* SPDX-License-Identifier: MIT */
/* Who may hear what, while the modes of the sources change and a new board can be had or not. */
#include "testing.h"

#include "announcer.h"
#include "board.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define QUOTE "not-for-all"
#define SOON (1 * USEC_PER_SEC)
#define LATER (60 * USEC_PER_SEC)

struct fixture {
        const char *runtime, *new_board;
        struct domain *domain;
        struct announcer *announcer;
        struct board *board; /* as a client of the first hour has it mapped */
};

static void open_announcer(struct fixture *fixture, void **state, mode_t mode)
{
        struct domain_options options = {
                .name = "datastore",
                .path = testing_path(state, "file"),
                .rules = parse_rules_of(CFGW_LOAD_TOLERANT),
                .times = SETTLE_TIMES_DEFAULT,
                .history_length = 10,
        };
        int runtime = directory_make(testing_path(state, "run"));
        int history = directory_make(testing_path(state, "state"));

        signal(SIGIO, SIG_IGN);
        fixture->runtime = testing_path(state, "run");
        fixture->new_board = testing_path(state, "run/" BOARD_FILE ".new");
        testing_write_file(options.path, "x: one\n\ta b\n");
        assert_int_equal(domain_new(&options, history, runtime, 0, &fixture->domain), 0);
        fixture->domain->access.mode = mode;
        assert_int_equal(announcer_new(fixture->runtime, "/nonexistent", &fixture->domain, 1,
                                       &fixture->announcer),
                         0);
        assert_int_equal(announcer_show(fixture->announcer, now_usec()), 0);
        assert_int_equal(board_open(fixture->runtime, &fixture->board), 0);
        close(runtime);
        close(history);
}

static void close_announcer(struct fixture *fixture)
{
        board_unref(fixture->board);
        announcer_free(fixture->announcer);
        domain_free(fixture->domain);
}

static void refuse_with_a_quote(struct fixture *fixture)
{
        strcpy(fixture->domain->reason, QUOTE);
        announcer_tell(fixture->announcer, 0, DOMAIN_NEW_STATE, now_usec());
}

static bool is_quoted(const struct board *board)
{
        struct board_entry entry;

        assert_int_equal(board_slot_read(board_slot_at(board, 0), &entry), 0);
        return strstr(entry.reason, QUOTE) != NULL;
}

static mode_t board_mode(void **state)
{
        struct stat found;

        assert_int_equal(stat(testing_path(state, "run/" BOARD_FILE), &found), 0);
        return found.st_mode & 0777;
}

static void test_who_is_shut_out_has_an_old_board(void **state)
{
        struct fixture fixture;

        open_announcer(&fixture, state, 0644);
        fixture.domain->access.mode = 0600;
        assert_int_equal(announcer_follow_access(fixture.announcer, SOON), 1);
        assert_int_equal(announcer_follow_access(fixture.announcer, SOON), 0);
        refuse_with_a_quote(&fixture);
        assert_false(is_quoted(fixture.board));
        assert_int_equal(board_alive_usec(fixture.board), 0);
        assert_int_equal(board_mode(state), 0600);
        close_announcer(&fixture);
}

/* Without room for a new board (here: something is in its way) the old one is still read. */
static void test_board_that_cannot_be_replaced_tells_no_secret(void **state)
{
        struct fixture fixture;

        open_announcer(&fixture, state, 0644);
        assert_int_equal(mkdir(fixture.new_board, 0700), 0);
        fixture.domain->access.mode = 0600;
        assert_int_equal(announcer_follow_access(fixture.announcer, SOON), -EEXIST);
        refuse_with_a_quote(&fixture);
        assert_false(is_quoted(fixture.board));
        assert_true(board_is_current(fixture.board, fixture.runtime));
        assert_int_not_equal(board_alive_usec(fixture.board), 0);
        /* It is not tried all the time, but it is tried. */
        assert_int_equal(announcer_follow_access(fixture.announcer, SOON + 1), 0);
        assert_int_equal(rmdir(fixture.new_board), 0);
        assert_int_equal(announcer_follow_access(fixture.announcer, LATER), 1);
        assert_false(is_quoted(fixture.board));
        assert_int_equal(board_mode(state), 0600);
        close_announcer(&fixture);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(test_who_is_shut_out_has_an_old_board),
                TEST(test_board_that_cannot_be_replaced_tells_no_secret),
        };

        return TESTING_RUN(tests);
}
