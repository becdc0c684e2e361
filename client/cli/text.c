/* SPDX-License-Identifier: MIT */
/* Whole texts: read, compared, known by their digest. */
#include "edit.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)128 << 20) /* what the library takes; more is no config file */
#define TEXT_FIRST 65536             /* most files fit at once */

static void take_digest(struct text *text)
{
        uint8_t bytes[SHA256_DIGEST_SIZE];
        struct sha256_ctx context;

        sha256_init(&context);
        sha256_update(&context, text->size, (const uint8_t *)text->data);
        sha256_digest(&context, sizeof(bytes), bytes);
        for (size_t i = 0; i < sizeof(bytes); i++)
                snprintf(text->digest + 2 * i, 3, "%02x", bytes[i]);
}

/* Makes room for one byte more than there is; doubles, so that reading is linear. */
static int grow(struct text *text, size_t *room)
{
        size_t more = *room ? *room * 2 : TEXT_FIRST;
        char *data;

        if (text->size < *room)
                return 0;
        data = realloc(text->data, more + 1);
        if (!data)
                return -ENOMEM;
        text->data = data;
        *room = more;
        return 0;
}

int text_read(int fd, struct text *ret)
{
        CLEANUP(text_done) struct text text = {0};
        size_t room = 0;
        ssize_t n;

        do {
                int r = grow(&text, &room);

                if (r < 0)
                        return r;
                n = read(fd, text.data + text.size, room - text.size);
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0)
                        text.size += (size_t)n;
                if (text.size > TEXT_MAX)
                        return -EFBIG;
        } while (n != 0);
        text.data[text.size] = '\0';
        take_digest(&text);
        *ret = text;
        text.data = NULL;
        return 0;
}

int text_read_regular(int fd, struct text *ret)
{
        struct stat stat;

        if (fstat(fd, &stat) < 0)
                return -errno;
        if (!S_ISREG(stat.st_mode))
                return -EINVAL;
        return text_read(fd, ret);
}

int text_read_file(const char *path, struct text *ret)
{
        int r, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

        if (fd < 0)
                return -errno;
        r = text_read_regular(fd, ret);
        close(fd);
        return r;
}

const char *text_reason(int error)
{
        return error == -EINVAL ? "not a regular file" : strerror(-error);
}

int text_empty(struct text *ret)
{
        struct text text = {.data = calloc(1, 1)};

        if (!text.data)
                return -ENOMEM;
        take_digest(&text);
        *ret = text;
        return 0;
}

bool text_equal(const struct text *a, const struct text *b)
{
        return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

bool text_is_blank(const struct text *text)
{
        return strspn(text->data, " \t\r\n") == text->size;
}

void text_done(struct text *text)
{
        free(text->data);
        text->data = NULL;
}
