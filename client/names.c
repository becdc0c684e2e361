/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "util.h"

#include <errno.h>
#include <string.h>

static const char *const states[] = {
        [CFGW_STATE_UNKNOWN] = "unknown",       [CFGW_STATE_VALID] = "valid",
        [CFGW_STATE_INVALID] = "invalid",       [CFGW_STATE_MISSING] = "missing",
        [CFGW_STATE_UNREADABLE] = "unreadable", [CFGW_STATE_UNSTORED] = "unstored",
};

static const char *const freshnesses[] = {
        [CFGW_FRESHNESS_NONE] = "none",
        [CFGW_FRESHNESS_LIVE] = "live",
        [CFGW_FRESHNESS_LAST_GOOD] = "last-good",
        [CFGW_FRESHNESS_OWN] = "own",
};

PUBLIC const char *cfgw_state_name(cfgw_state state)
{
        return (size_t)state < ELEMENTS(states) ? states[state] : states[CFGW_STATE_UNKNOWN];
}

PUBLIC const char *cfgw_freshness_name(cfgw_freshness freshness)
{
        return (size_t)freshness < ELEMENTS(freshnesses) ? freshnesses[freshness]
                                                         : freshnesses[CFGW_FRESHNESS_NONE];
}

int state_from_name(const char *name, cfgw_state *ret)
{
        for (size_t i = 0; i < ELEMENTS(states); i++) {
                if (strcmp(name, states[i]) != 0)
                        continue;
                *ret = (cfgw_state)i;
                return 0;
        }
        return -EBADMSG;
}
