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

static const char *const formats[] = {
        [CFGW_FORMAT_SECTION_CONFIG] = "section-config",
        [CFGW_FORMAT_INI] = "ini",
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

/* The index of @name; @count: it is not there. */
static size_t find(const char *const *names, size_t count, const char *name)
{
        size_t i = 0;

        while (i < count && strcmp(names[i], name) != 0)
                i++;
        return i;
}

int state_from_name(const char *name, cfgw_state *ret)
{
        size_t i = find(states, ELEMENTS(states), name);

        if (i == ELEMENTS(states))
                return -EBADMSG;
        *ret = (cfgw_state)i;
        return 0;
}

const char *format_name(cfgw_format format)
{
        return formats[format];
}

int format_from_name(const char *name, cfgw_format *ret)
{
        size_t i = find(formats, ELEMENTS(formats), name);

        if (i == ELEMENTS(formats))
                return -EBADMSG;
        *ret = (cfgw_format)i;
        return 0;
}
