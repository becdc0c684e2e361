/* SPDX-License-Identifier: MIT */
#include "util.h"

#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

static void stolen_pointers_and_fds_are_gone(void **state)
{
        char text[] = "x";
        char *pointer = text, *stolen = STEAL(pointer);
        int fd = 7, taken = steal_fd(&fd);

        assert_null(pointer);
        assert_ptr_equal(stolen, text);
        assert_int_equal(taken, 7);
        assert_int_equal(fd, -1);
}

static void times_saturate(void **state)
{
        assert_int_equal(usec_add(1, 2), 3);
        assert_true(usec_add(USEC_NEVER, 1) == USEC_NEVER);
        assert_true(usec_add(1, USEC_NEVER) == USEC_NEVER);
        assert_true(usec_add(USEC_NEVER - 1, 1) == USEC_NEVER);
}

static void clocks_run_forward(void **state)
{
        uint64_t before = now_usec();

        assert_true(now_usec() >= before);
        assert_true(now_coarse_usec() <= now_usec());
        WAIT_FOR(now_coarse_usec() > before);
        assert_true(now_realtime_usec() > UINT64_C(1700000000) * USEC_PER_SEC);
}

static void poll_never_wakes_too_early(void **state)
{
        assert_int_equal(poll_timeout(USEC_NEVER, 5), -1);
        assert_int_equal(poll_timeout(5, 5), 0);
        assert_int_equal(poll_timeout(4, 5), 0);
        assert_int_equal(poll_timeout(6, 5), 1);
        assert_int_equal(poll_timeout(1005, 5), 1);
        assert_int_equal(poll_timeout(1006, 5), 2);
        assert_int_equal(poll_timeout(USEC_NEVER - 1, 0), INT_MAX);
}

static void all_is_written_and_read_again(void **state)
{
        const char *path = testing_path(state, "file");
        _cleanup_free_ char *data = malloc(100000), *back = NULL;
        _cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        size_t size;

        assert_true(fd >= 0);
        assert_non_null(data);
        for (size_t i = 0; i < 100000; i++)
                data[i] = (char)(i * 7);
        assert_int_equal(write_all(fd, data, 100000), 0);
        assert_int_equal(write_all(fd, data, 0), 0);
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        assert_int_equal(read_all(fd, 0, 100000, &back, &size), 0);
        assert_int_equal(size, 100000);
        assert_memory_equal(back, data, size);
        assert_int_equal(back[size], '\0');
}

static void a_read_stops_at_the_limit_and_not_at_the_hint(void **state)
{
        static const size_t hints[] = {0, 1, 5, 9, 10, 11, 100000, SIZE_MAX};
        const char *path = testing_path(state, "file");

        testing_write_file(path, "0123456789");
        for (size_t i = 0; i < ELEMENTS(hints); i++) {
                _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
                _cleanup_free_ char *data = NULL;
                char *none = NULL;
                size_t size;

                assert_int_equal(read_all(fd, hints[i], 10, &data, &size), 0);
                assert_int_equal(size, 10);
                assert_string_equal(data, "0123456789");
                assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
                assert_int_equal(read_all(fd, hints[i], 9, &none, &size), -EFBIG);
                assert_null(none);
        }
}

static void errors_of_the_system_come_through(void **state)
{
        char *data;
        size_t size;

        assert_int_equal(write_all(-1, "x", 1), -EBADF);
        assert_int_equal(read_all(-1, 0, 10, &data, &size), -EBADF);
}

static void texts_are_formatted(void **state)
{
        _cleanup_free_ char *text = format_string("%s-%d", "a", 5);

        assert_string_equal(text, "a-5");
}

static void hex_goes_both_ways(void **state)
{
        static const uint8_t bytes[] = {0x00, 0x1f, 0xa0, 0xff};
        uint8_t back[4];
        char text[9];

        hex_encode(bytes, sizeof(bytes), text);
        assert_string_equal(text, "001fa0ff");
        assert_int_equal(hex_decode(text, 8, back, sizeof(back)), 0);
        assert_memory_equal(back, bytes, sizeof(bytes));
        assert_int_equal(hex_decode("001FA0fF", 8, back, sizeof(back)), 0);
        assert_memory_equal(back, bytes, sizeof(bytes));
        assert_int_equal(hex_decode("001fa0f", 7, back, sizeof(back)), -EBADMSG);
        assert_int_equal(hex_decode("001fa0ff0", 9, back, sizeof(back)), -EBADMSG);
        assert_int_equal(hex_decode("001fa0fg", 8, back, sizeof(back)), -EBADMSG);
        assert_int_equal(hex_decode("001fa0f ", 8, back, sizeof(back)), -EBADMSG);
}

static void numbers_are_digits_that_fit(void **state)
{
        uint64_t value = 0;

        assert_int_equal(parse_u64("0", &value), 0);
        assert_true(value == 0);
        assert_int_equal(parse_u64("18446744073709551615", &value), 0);
        assert_true(value == UINT64_MAX);
        assert_int_equal(parse_u64("18446744073709551616", &value), -ERANGE);
        assert_int_equal(parse_u64("99999999999999999999999", &value), -ERANGE);
        assert_int_equal(parse_u64("", &value), -EBADMSG);
        assert_int_equal(parse_u64("+1", &value), -EBADMSG);
        assert_int_equal(parse_u64("-1", &value), -EBADMSG);
        assert_int_equal(parse_u64(" 1", &value), -EBADMSG);
        assert_int_equal(parse_u64("1 ", &value), -EBADMSG);
        assert_true(value == UINT64_MAX);
}

/* A character alone, and at every place around the eight bytes that are looked at at once. */
static void assert_utf8(const char *character, bool valid)
{
        char text[32];

        for (size_t before = 0; before < 10; before++) {
                for (size_t after = 0; after < 10; after++) {
                        size_t size = strlen(character);

                        memset(text, 'x', sizeof(text));
                        memcpy(text + before, character, size);
                        assert_int_equal(utf8_valid(text, before + size + after), valid);
                }
        }
}

static void utf8_has_one_form_for_each_character(void **state)
{
        static const char *const good[] = {
                "a",
                "\x7f",
                "\xc2\x80",
                "\xdf\xbf",
                "\xe0\xa0\x80",
                "\xed\x9f\xbf",
                "\xee\x80\x80",
                "\xef\xbf\xbf",
                "\xf0\x90\x80\x80",
                "\xf4\x8f\xbf\xbf",
        };
        static const char *const bad[] = {
                "\x80",
                "\xbf",
                "\xc0\x80",
                "\xc1\xbf",
                "\xc2",
                "\xc2\x41",
                "\xc2\xc0",
                "\xe0\x80\x80",
                "\xe0\x9f\xbf",
                "\xe2\x82",
                "\xe2\x82\x41",
                "\xed\xa0\x80",
                "\xed\xbf\xbf",
                "\xf0\x80\x80\x80",
                "\xf0\x8f\xbf\xbf",
                "\xf0\x9f\x98",
                "\xf4\x90\x80\x80",
                "\xf5\x80\x80\x80",
                "\xf8\x88\x80\x80",
                "\xfe",
                "\xff",
        };

        assert_true(utf8_valid("", 0));
        assert_true(utf8_valid("a\0b", 3));
        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_utf8(good[i], true);
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_utf8(bad[i], false);
}

/* A character that is cut by the end of the text must not be read beyond it. */
static void utf8_ends_where_its_size_says(void **state)
{
        static const char euros[] = "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac";

        for (size_t size = 0; size < sizeof(euros); size++) {
                _cleanup_free_ char *text = malloc(size + 1);

                assert_non_null(text);
                memcpy(text, euros, size);
                if (size < sizeof(euros) - 1)
                        assert_int_equal(utf8_valid(text, size), size % 3 == 0);
        }
}

static void texts_are_cut_between_characters(void **state)
{
        static const size_t kept[] = {0, 1, 1, 1, 4, 4, 6, 6, 6};
        char text[16];

        for (size_t size = 0; size < ELEMENTS(kept); size++) {
                strcpy(text, "a\xe2\x82\xac\xc3\xa9");
                utf8_cut(text, size);
                assert_int_equal(strlen(text), kept[size]);
        }
}

static void bytes_that_are_no_characters_are_replaced(void **state)
{
        static const struct {
                const char *text, *repaired;
        } table[] = {
                {"", ""},
                {"a\xe2\x82\xac", "a\xe2\x82\xac"},
                {"\xff", "\xef\xbf\xbd"},
                {"a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd"},
                {"\x80x\xc3\xa9", "\xef\xbf\xbdx\xc3\xa9"},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                _cleanup_free_ char *repaired = utf8_repair(table[i].text);

                assert_non_null(repaired);
                assert_string_equal(repaired, table[i].repaired);
        }
}

static void domain_names_name_a_directory(void **state)
{
        static const char *const good[] = {"datastore", "a", "0", "a-b-", "user-cfg2"};
        static const char *const bad[] = {"",   "-a",  "A",   "a b",     "a/b",
                                          "..", "a.b", "a_b", "\xc3\xa4"};
        char name[DOMAIN_NAME_MAX + 2];

        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_true(domain_name_valid(good[i]));
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_false(domain_name_valid(bad[i]));
        memset(name, 'a', sizeof(name));
        name[DOMAIN_NAME_MAX + 1] = '\0';
        assert_false(domain_name_valid(name));
        name[DOMAIN_NAME_MAX] = '\0';
        assert_true(domain_name_valid(name));
}

/* Linked in the place of secure_getenv(): this program is no set-user-id one. */
static bool is_secure;
char *__wrap_secure_getenv(const char *name);

char *__wrap_secure_getenv(const char *name)
{
        return is_secure ? NULL : getenv(name);
}

static void a_set_user_id_program_does_not_believe_the_environment(void **state)
{
        _cleanup_free_ char *absent = NULL, *wanted = NULL;

        setenv("CFGWATCH_RUNTIME_DIR", "/some/where", 1);
        setenv("XDG_RUNTIME_DIR", *state, 1);
        is_secure = true;
        absent = default_runtime_directory(true);
        wanted = default_runtime_directory(false);
        is_secure = false;
        unsetenv("CFGWATCH_RUNTIME_DIR");
        unsetenv("XDG_RUNTIME_DIR");
        assert_string_equal(absent, "/run/cfgwatch");
        assert_string_equal(wanted, "/run/cfgwatch");
}

static void the_environment_names_the_runtime_directory(void **state)
{
        _cleanup_free_ char *set = NULL, *empty = NULL;

        setenv("CFGWATCH_RUNTIME_DIR", "/some/where", 1);
        set = default_runtime_directory(true);
        assert_string_equal(set, "/some/where");
        setenv("CFGWATCH_RUNTIME_DIR", "", 1);
        unsetenv("XDG_RUNTIME_DIR");
        empty = default_runtime_directory(true);
        assert_string_equal(empty, "/run/cfgwatch");
        unsetenv("CFGWATCH_RUNTIME_DIR");
}

static void an_ordinary_user_has_a_directory_of_his_own(void **state)
{
        const char *own = testing_path(state, "cfgwatch");
        _cleanup_free_ char *absent = NULL, *wanted = NULL, *present = NULL;
        bool root = geteuid() == 0;

        unsetenv("CFGWATCH_RUNTIME_DIR");
        setenv("XDG_RUNTIME_DIR", *state, 1);
        absent = default_runtime_directory(true);
        assert_string_equal(absent, "/run/cfgwatch");
        wanted = default_runtime_directory(false);
        assert_string_equal(wanted, root ? "/run/cfgwatch" : own);
        testing_write_file(own, "");
        present = default_runtime_directory(true);
        assert_string_equal(present, root ? "/run/cfgwatch" : own);
        unsetenv("XDG_RUNTIME_DIR");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(stolen_pointers_and_fds_are_gone),
                TEST(times_saturate),
                TEST(clocks_run_forward),
                TEST(poll_never_wakes_too_early),
                TEST(all_is_written_and_read_again),
                TEST(a_read_stops_at_the_limit_and_not_at_the_hint),
                TEST(errors_of_the_system_come_through),
                TEST(texts_are_formatted),
                TEST(hex_goes_both_ways),
                TEST(numbers_are_digits_that_fit),
                TEST(utf8_has_one_form_for_each_character),
                TEST(utf8_ends_where_its_size_says),
                TEST(texts_are_cut_between_characters),
                TEST(bytes_that_are_no_characters_are_replaced),
                TEST(domain_names_name_a_directory),
                TEST(a_set_user_id_program_does_not_believe_the_environment),
                TEST(the_environment_names_the_runtime_directory),
                TEST(an_ordinary_user_has_a_directory_of_his_own),
        };

        return TESTING_RUN(tests);
}
