/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_STATUS_H
#define CFGWATCH_STATUS_H

/* What is known of a domain at one moment. Public as cfgw_status. */

#include "board.h"

struct cfgw_status {
        cfgw_freshness freshness;
        cfgw_state state;
        uint64_t generation;
        uint64_t epoch;
        uint64_t since_usec; /* CLOCK_REALTIME */
        uint32_t line;
        char reason[BOARD_REASON_MAX + 1]; /* empty: none */
};

/* Whether both tell the same to somebody who looks at the content's state. */
bool status_equal(const cfgw_status *a, const cfgw_status *b);

/* Sets the reason; a longer one is cut between characters. */
void status_set_reason(cfgw_status *status, const char *format, ...) _printf_(2, 3);

int status_copy(const cfgw_status *status, cfgw_status **ret);

#endif
