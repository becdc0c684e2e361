/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool status_equal(const cfgw_status *a, const cfgw_status *b)
{
        return a->freshness == b->freshness && a->state == b->state && a->line == b->line &&
               strcmp(a->reason, b->reason) == 0;
}

void status_set_reason(cfgw_status *status, const char *format, ...)
{
        va_list arguments;
        size_t size;

        va_start(arguments, format);
        vsnprintf(status->reason, sizeof(status->reason), format, arguments);
        va_end(arguments);
        size = strlen(status->reason);
        while (!utf8_valid(status->reason, size))
                size--;
        status->reason[size] = '\0';
}

int status_copy(const cfgw_status *status, cfgw_status **ret)
{
        cfgw_status *copy = malloc(sizeof(*copy));

        if (!copy)
                return -ENOMEM;
        *copy = *status;
        *ret = copy;
        return 0;
}

PUBLIC cfgw_status *cfgw_status_free(cfgw_status *status)
{
        free(status);
        return NULL;
}

PUBLIC cfgw_freshness cfgw_status_freshness(const cfgw_status *status)
{
        return status ? status->freshness : CFGW_FRESHNESS_NONE;
}

PUBLIC cfgw_state cfgw_status_state(const cfgw_status *status)
{
        return status ? status->state : CFGW_STATE_UNKNOWN;
}

PUBLIC uint64_t cfgw_status_generation(const cfgw_status *status)
{
        return status ? status->generation : 0;
}

PUBLIC uint64_t cfgw_status_epoch(const cfgw_status *status)
{
        return status ? status->epoch : 0;
}

PUBLIC uint64_t cfgw_status_since_usec(const cfgw_status *status)
{
        return status ? status->since_usec : 0;
}

PUBLIC uint32_t cfgw_status_line(const cfgw_status *status)
{
        return status ? status->line : 0;
}

PUBLIC const char *cfgw_status_reason(const cfgw_status *status)
{
        return status && status->reason[0] ? status->reason : NULL;
}
