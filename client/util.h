/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_UTIL_H
#define CFGWATCH_UTIL_H

/* Small things that every module uses: cleanup attributes, time, whole reads and writes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_PER_SEC UINT64_C(1000000)
#define USEC_NEVER UINT64_MAX

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Marks what the shared library exports; everything else is hidden. */
#define PUBLIC __attribute__((visibility("default")))

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _printf_(text, first) __attribute__((format(printf, text, first)))

/* Defines function ## _p(), for _cleanup_(), from a destructor that takes NULL. */
#define DEFINE_CLEANUP(type, function)                                                             \
        static inline void function##_p(type *pointer)                                             \
        {                                                                                          \
                if (*pointer)                                                                      \
                        function(*pointer);                                                        \
        }                                                                                          \
        struct cleanup_needs_a_semicolon

static inline void free_p(void *pointer)
{
        free(*(void **)pointer);
}

static inline void close_p(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

#define _cleanup_free_ _cleanup_(free_p)
#define _cleanup_close_ _cleanup_(close_p)

/* Gives the pointer away: the cleanup attribute then finds NULL. */
#define STEAL(pointer)                                                                             \
        __extension__({                                                                            \
                __typeof__(pointer) stolen_ = (pointer);                                           \
                (pointer) = NULL;                                                                  \
                stolen_;                                                                           \
        })

static inline int steal_fd(int *fd)
{
        int stolen = *fd;

        *fd = -1;
        return stolen;
}

/* The sum, or USEC_NEVER where it does not fit. */
static inline uint64_t usec_add(uint64_t a, uint64_t b)
{
        return a > USEC_NEVER - b ? USEC_NEVER : a + b;
}

uint64_t now_usec(void);          /* CLOCK_MONOTONIC */
uint64_t now_coarse_usec(void);   /* CLOCK_MONOTONIC_COARSE: some ms behind, never ahead */
uint64_t now_realtime_usec(void); /* CLOCK_REALTIME */

/* The milliseconds from @now until @deadline for poll(2): rounded up, -1 for never. */
int poll_timeout(uint64_t deadline, uint64_t now);

/* Writes all of it; -EIO where write(2) makes no progress. */
int write_all(int fd, const void *data, size_t size);

/*
 * Reads to the end of the file into a buffer with one NUL byte behind. More than @limit
 * bytes are -EFBIG. @hint is the size to expect. free() @ret_data.
 */
int read_all(int fd, size_t hint, size_t limit, char **ret_data, size_t *ret_size);

/* printf into memory that the caller frees; NULL without memory. */
char *format_string(const char *format, ...) _printf_(1, 2);

/* 2 * @size lower-case digits and a NUL byte to @ret. */
void hex_encode(const uint8_t *data, size_t size, char *ret);

/* Exactly 2 * @size digits of either case; -EBADMSG for anything else. */
int hex_decode(const char *text, size_t length, uint8_t *ret, size_t size);

/* A whole decimal number without sign or blanks; -EBADMSG, -ERANGE. */
int parse_u64(const char *text, uint64_t *ret);

/* Whether it is well-formed UTF-8: shortest forms, no surrogates, up to U+10FFFF. */
bool utf8_valid(const char *text, size_t size);

/* Cuts the text to at most @size bytes, between two characters if it is UTF-8. */
void utf8_cut(char *text, size_t size);

/* A copy that is UTF-8: U+FFFD for each byte that is not. free() it; NULL without memory. */
char *utf8_repair(const char *text);

/* A domain's name: [a-z0-9][a-z0-9-]*, at most DOMAIN_NAME_MAX bytes; it names a directory. */
#define DOMAIN_NAME_MAX 63
bool domain_name_valid(const char *name);

/*
 * The directory that NULL stands for in cfgw_client_new() and in the daemon's options: the
 * environment variable CFGWATCH_RUNTIME_DIR, $XDG_RUNTIME_DIR/cfgwatch for who is not root,
 * /run/cfgwatch. @must_exist asks for $XDG_RUNTIME_DIR/cfgwatch only if it is there.
 * A set-user-id program does not look at the environment. free() the result; NULL without
 * memory.
 */
char *default_runtime_directory(bool must_exist);

#endif
