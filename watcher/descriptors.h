/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DESCRIPTORS_H
#define CFGWATCH_DESCRIPTORS_H

/* How many file descriptors this process may have. */

#include <sys/resource.h>

/*
 * Sets it to @count, or to as many as are to be had. By default there are 1024, since select(2)
 * cannot do with more, and who wants more has to say so (setrlimit(2)). If it fails, so many have
 * to do.
 */
void descriptors_allow(rlim_t count);

#endif
