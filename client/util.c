/* SPDX-License-Identifier: MIT */
#include "util.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static uint64_t clock_usec(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

uint64_t now_usec(void)
{
        return clock_usec(CLOCK_MONOTONIC);
}

uint64_t now_coarse_usec(void)
{
        return clock_usec(CLOCK_MONOTONIC_COARSE);
}

uint64_t now_realtime_usec(void)
{
        return clock_usec(CLOCK_REALTIME);
}

int poll_timeout(uint64_t deadline, uint64_t now)
{
        uint64_t left, msec;

        if (deadline == USEC_NEVER)
                return -1;
        if (deadline <= now)
                return 0;
        left = deadline - now;
        msec = left / USEC_PER_MSEC + (left % USEC_PER_MSEC > 0);
        return msec > INT_MAX ? INT_MAX : (int)msec;
}

int write_all(int fd, const void *data, size_t size)
{
        const char *from = data;

        while (size > 0) {
                ssize_t n = write(fd, from, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return -EIO;
                from += n;
                size -= (size_t)n;
        }
        return 0;
}

int read_all(int fd, size_t hint, size_t limit, char **ret_data, size_t *ret_size)
{
        _cleanup_free_ char *data = NULL;
        size_t room = 0, size = 0;

        for (;;) {
                ssize_t n;

                if (size + 2 > room) { /* one byte to find the end, one for the NUL */
                        char *larger;

                        room = MAX(MIN(hint, limit), room * 2) + 4096;
                        larger = realloc(data, room);
                        if (!larger)
                                return -ENOMEM;
                        data = larger;
                }
                n = read(fd, data + size, room - size - 1);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                size += (size_t)n;
                if (size > limit)
                        return -EFBIG;
        }
        data[size] = '\0';
        *ret_data = STEAL(data);
        *ret_size = size;
        return 0;
}

char *format_string(const char *format, ...)
{
        va_list arguments;
        char *text = NULL;
        int r;

        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        return r < 0 ? NULL : text;
}

void hex_encode(const uint8_t *data, size_t size, char *ret)
{
        static const char digits[] = "0123456789abcdef";

        for (size_t i = 0; i < size; i++) {
                ret[2 * i] = digits[data[i] >> 4];
                ret[2 * i + 1] = digits[data[i] & 15];
        }
        ret[2 * size] = '\0';
}

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

int hex_decode(const char *text, size_t length, uint8_t *ret, size_t size)
{
        if (length != 2 * size)
                return -EBADMSG;
        for (size_t i = 0; i < length; i++)
                if (hex_digit(text[i]) < 0)
                        return -EBADMSG;
        for (size_t i = 0; i < size; i++)
                ret[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
        return 0;
}

int parse_u64(const char *text, uint64_t *ret)
{
        uint64_t value = 0;

        if (*text == '\0')
                return -EBADMSG;
        for (; *text; text++) {
                if (*text < '0' || *text > '9')
                        return -EBADMSG;
                if (__builtin_mul_overflow(value, 10, &value) ||
                    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
                        return -ERANGE;
        }
        *ret = value;
        return 0;
}

/* The length of the well-formed character at @at, 0 if there is none (Unicode, table 3-7). */
static size_t utf8_character(const uint8_t *at, size_t left)
{
        size_t length = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
        uint8_t low = 0x80, high = 0xbf;

        if (length == 1)
                return 1;
        if (at[0] < 0xc2 || at[0] > 0xf4 || length > left)
                return 0;
        if (at[0] == 0xe0)
                low = 0xa0;
        if (at[0] == 0xed)
                high = 0x9f;
        if (at[0] == 0xf0)
                low = 0x90;
        if (at[0] == 0xf4)
                high = 0x8f;
        if (at[1] < low || at[1] > high)
                return 0;
        for (size_t i = 2; i < length; i++)
                if (at[i] < 0x80 || at[i] > 0xbf)
                        return 0;
        return length;
}

bool utf8_valid(const char *text, size_t size)
{
        const uint8_t *at = (const uint8_t *)text, *end = at + size;

        while (at < end) {
                uint64_t eight;
                size_t length;

                if (end - at >= 8) {
                        memcpy(&eight, at, 8);
                        if (!(eight & UINT64_C(0x8080808080808080))) {
                                at += 8;
                                continue;
                        }
                }
                length = utf8_character(at, (size_t)(end - at));
                if (length == 0)
                        return false;
                at += length;
        }
        return true;
}

void utf8_cut(char *text, size_t size)
{
        if (strlen(text) <= size)
                return;
        while (size > 0 && ((uint8_t)text[size] & 0xc0) == 0x80)
                size--;
        text[size] = '\0';
}

char *utf8_repair(const char *text)
{
        static const char replacement[] = "\xef\xbf\xbd";
        size_t left = strlen(text), used = 0;
        char *copy = reallocarray(NULL, left + 1, strlen(replacement));

        if (!copy)
                return NULL;
        while (left > 0) {
                size_t length = utf8_character((const uint8_t *)text, left),
                       taken = MAX(length, 1U);
                const char *from = length ? text : replacement;

                if (!length)
                        length = strlen(replacement);
                memcpy(copy + used, from, length);
                used += length;
                text += taken;
                left -= taken;
        }
        copy[used] = '\0';
        return copy;
}

bool domain_name_valid(const char *name)
{
        size_t length = strlen(name);

        return length > 0 && length <= DOMAIN_NAME_MAX && name[0] != '-' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

char *default_runtime_directory(bool must_exist)
{
        const char *set = secure_getenv("CFGWATCH_RUNTIME_DIR");
        const char *xdg = secure_getenv("XDG_RUNTIME_DIR");

        if (set && *set)
                return strdup(set);
        if (geteuid() != 0 && xdg && xdg[0] == '/') {
                _cleanup_free_ char *own = format_string("%s/cfgwatch", xdg);

                if (!own)
                        return NULL;
                if (!must_exist || access(own, F_OK) == 0)
                        return STEAL(own);
        }
        return strdup("/run/cfgwatch");
}
