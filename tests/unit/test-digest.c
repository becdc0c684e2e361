/* SPDX-License-Identifier: MIT */
#include "digest.h"
#include "testing.h"
#include "util.h"

#include <string.h>

static void assert_digest(const char *data, size_t size, const char *expected)
{
        struct digest digest = digest_of(data, size);
        char hex[DIGEST_HEX_SIZE];

        hex_encode(digest.bytes, DIGEST_SIZE, hex);
        assert_string_equal(hex, expected);
}

/* The test vectors of FIPS 180. */
static void digests_are_sha256(void **state)
{
        _cleanup_free_ char *million = malloc(1000000);

        assert_non_null(million);
        memset(million, 'a', 1000000);
        assert_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_digest(million, 1000000,
                      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void digests_are_equal_in_all_bytes_or_not(void **state)
{
        struct digest a = digest_of("a", 1), b = digest_of("b", 1), c = a;

        assert_true(digest_equal(&a, &c));
        assert_false(digest_equal(&a, &b));
        c.bytes[DIGEST_SIZE - 1] ^= 1;
        assert_false(digest_equal(&a, &c));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(digests_are_sha256),
                TEST(digests_are_equal_in_all_bytes_or_not),
        };

        return TESTING_RUN(tests);
}
