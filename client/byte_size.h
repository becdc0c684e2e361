/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_BYTE_SIZE_H
#define CFGWATCH_BYTE_SIZE_H

/*
 * Sizes such as `64GiB`, `1.5 TB`, `1300 b`: a decimal number; optional white space; k, m, g,
 * t or p in any case, then powers of 1000, or of 1024 with an `i` behind; an optional b or B.
 */

#include "reason.h"

/*
 * The number of bytes, without the fraction of one; UINT64_MAX for what does not fit.
 * -EBADMSG: not a size.
 */
int byte_size_parse(struct text text, uint64_t *ret, struct reason *reason);

#endif
