/* SPDX-License-Identifier: MIT */
#include "digest.h"

#include <nettle/sha2.h>
#include <string.h>

struct digest digest_of(const void *data, size_t size)
{
        struct sha256_ctx context;
        struct digest digest;

        sha256_init(&context);
        sha256_update(&context, size, data);
        sha256_digest(&context, sizeof(digest.bytes), digest.bytes);
        return digest;
}

int digest_equal(const struct digest *a, const struct digest *b)
{
        return memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}
