/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_DIGEST_H
#define CFGWATCH_DIGEST_H

/* SHA-256 of a file's raw bytes: the identity of its content (nettle does the work). */

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32
#define DIGEST_HEX_SIZE (2 * DIGEST_SIZE + 1) /* with the NUL byte */

struct digest {
        uint8_t bytes[DIGEST_SIZE];
};

struct digest digest_of(const void *data, size_t size);

int digest_equal(const struct digest *a, const struct digest *b);

#endif
