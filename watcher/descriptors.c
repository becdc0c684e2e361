/* SPDX-License-Identifier: MIT */
#include "descriptors.h"

#include "log.h"
#include "util.h"

#include <errno.h>
#include <string.h>

void descriptors_allow(rlim_t count)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;
        limit.rlim_cur = MIN(limit.rlim_max, count);
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
                log_debug("cannot have more descriptors: %s", strerror(errno));
}
