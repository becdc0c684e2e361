/* SPDX-License-Identifier: MIT */
#include "byte_size.h"
#include "testing.h"

#include <errno.h>
#include <string.h>

static struct text text(const char *string)
{
        return (struct text){string, strlen(string)};
}

static const struct {
        const char *text;
        uint64_t bytes;
} sizes[] = {
        {"0", 0},
        {"1", 1},
        {"14", 14},
        {"+14", 14},
        {"007", 7},
        {"14.9", 14},
        {"14.", 14},
        {".5k", 500},
        {"1300b", 1300},
        {"1300 B", 1300},
        {"1300\t \xc2\xa0"
         "B",
         1300},
        {"1k", 1000},
        {"1K", 1000},
        {"1kB", 1000},
        {"1kb", 1000},
        {"1ki", 1024},
        {"1KiB", 1024},
        {"1 kib", 1024},
        {"5i", 5},
        {"5ib", 5},
        {"1.5KB", 1500},
        {"1.5KiB", 1536},
        {"2.3MB", 2300000},
        {"1m", 1000000},
        {"1Mi", 1048576},
        {"1g", 1000000000},
        {"64GiB", UINT64_C(64) << 30},
        {"1 TiB", UINT64_C(1) << 40},
        {"1t", UINT64_C(1000000000000)},
        {"1P", UINT64_C(1000000000000000)},
        {"1PiB", UINT64_C(1) << 50},
        {"0.0009765625KiB", 1},
        {"0.9999999999999999999999999999999999PiB", (UINT64_C(1) << 50) - 1},
        {"18446744073709551615", UINT64_MAX},
        {"18446744073709551616", UINT64_MAX},
        {"16383PiB", UINT64_C(16383) << 50},
        {"16384PiB", UINT64_MAX},
        {"18446744073709551.615k", UINT64_MAX},
        {"18446744073709551.614k", UINT64_MAX - 1},
        {"18446744073709551.999k", UINT64_MAX},
        {"99999999999999999999999999p", UINT64_MAX},
};

static void units_multiply_by_powers_of_1000_or_1024(void **state)
{
        for (size_t i = 0; i < ELEMENTS(sizes); i++) {
                uint64_t bytes = 0;

                if (byte_size_parse(text(sizes[i].text), &bytes, NULL) != 0 ||
                    bytes != sizes[i].bytes)
                        fail_msg("%s: %ju", sizes[i].text, (uintmax_t)bytes);
        }
}

static void what_is_no_size_is_refused(void **state)
{
        static const char *const bad[] = {"",     ".",     "k",   "b",    "i",   "ib",   " ",
                                          "1 2",  "1,5",   "1e3", "inf",  "nan", "0x10", "1kk",
                                          "1bb",  "1 k i", "1I",  "1KIB", "1e",  "--1",  "+-1",
                                          "1..2", "1.2.3", "k1",  " 1",   "1x",  "1T B"};

        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                struct reason reason = {""};
                uint64_t bytes = 7;

                if (byte_size_parse(text(bad[i]), &bytes, &reason) != -EBADMSG)
                        fail_msg("'%s' is taken", bad[i]);
                assert_int_equal(bytes, 7);
                assert_non_null(strstr(reason.text, "': invalid float literal"));
        }
}

static void a_size_is_not_negative(void **state)
{
        struct reason reason;
        uint64_t bytes;

        assert_int_equal(byte_size_parse(text("-10"), &bytes, &reason), -EBADMSG);
        assert_string_equal(reason.text,
                            "byte-size parse error for '-10': byte size may not be negative");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(units_multiply_by_powers_of_1000_or_1024),
                TEST(what_is_no_size_is_refused),
                TEST(a_size_is_not_negative),
        };

        return TESTING_RUN(tests);
}
