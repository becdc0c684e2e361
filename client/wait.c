/* SPDX-License-Identifier: MIT */
/*
 * Waits for a generation, asleep on the board's futex word. A board that dies wakes its
 * sleepers if it can; against one that could not (its daemon was killed), and for a board
 * that is yet to come, the sleep is bounded.
 */
#include "view.h"

#include <errno.h>
#include <time.h>

#define SLEEP_MAX_USEC CLIENT_BOARD_USEC     /* on a board: until a newer one is looked for */
#define ABSENT_NAP_USEC (50 * USEC_PER_MSEC) /* without one */

static bool has_reached(const struct board *board, const char *domain, uint64_t generation)
{
        const struct board_slot *slot = board_find(board, domain);

        /* Acquire: whoever looks the content up next gets no older one. */
        return slot && atomic_load_explicit(&slot->generation, memory_order_acquire) >= generation;
}

static void nap(uint64_t usec)
{
        struct timespec time = {.tv_nsec = (long)(usec * 1000)};

        nanosleep(&time, NULL);
}

/* Sleeps until something may have changed, or until @until. True: it is reached. */
static bool wait_once(cfgw_client *client, const char *domain, uint64_t generation, uint64_t now,
                      uint64_t until)
{
        _cleanup_(board_unref_p) struct board *board = NULL;
        struct board_look look = client_board(client, now);

        board = look.board;
        if (!board) {
                nap(MIN(ABSENT_NAP_USEC, until - now));
                return false;
        }
        if (has_reached(board, domain, generation))
                return true;
        /* `change` is from before: what happened since ends the sleep at once. */
        if (board_is_alive(board, now))
                board_wait(board, look.change, MIN(SLEEP_MAX_USEC, until - now));
        else
                board_wait(board, look.change, MIN(ABSENT_NAP_USEC, until - now));
        return false;
}

PUBLIC int cfgw_client_wait_generation(cfgw_client *client, const char *domain, uint64_t generation,
                                       uint64_t timeout_usec)
{
        uint64_t now = now_usec(), until = usec_add(now, timeout_usec);

        if (!client || !domain || !domain_name_valid(domain))
                return -EINVAL;
        for (;;) {
                if (wait_once(client, domain, generation, now, until))
                        return 0;
                now = now_usec();
                if (now >= until)
                        return -ETIMEDOUT;
        }
}
