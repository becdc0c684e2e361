/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_INSTRUMENTED_H
#define CFGWATCH_TESTS_INSTRUMENTED_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

/*
 * Whether something else runs in this process that makes system calls of its own, or takes
 * what the threads of the parent own for lost in a forked child: ThreadSanitizer, valgrind.
 */
static inline bool is_instrumented(void)
{
        const char *preload = getenv("LD_PRELOAD");

#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
        return true;
#endif
        return preload && strstr(preload, "vgpreload");
}

#endif
