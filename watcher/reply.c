/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

struct reply reply_of_text(char *text)
{
        struct reply reply = REPLY_INIT;

        reply.text = text;
        reply.text_size = text ? strlen(text) : 0;
        return reply;
}

/* What comes behind the text, to the @room bytes at @ret. As read(2), but no end: that is EIO. */
static ssize_t read_file(const struct reply *reply, char *ret, size_t room)
{
        uint64_t offset = reply->taken > reply->text_size ? reply->taken - reply->text_size : 0;
        size_t size = (size_t)MIN(reply->file_size - offset, (uint64_t)room);
        ssize_t n;

        if (size == 0)
                return 0;
        do
                n = pread(reply->file, ret, size, (off_t)offset);
        while (n < 0 && errno == EINTR);
        if (n != 0)
                return n;
        errno = EIO;
        return -1;
}

/* The next bytes, those of the file right behind those of the text: what is small goes at once. */
static ssize_t fill(const struct reply *reply, char piece[REPLY_PIECE_MAX])
{
        size_t size = 0;
        ssize_t n;

        if (reply->taken < reply->text_size) {
                size = MIN(reply->text_size - (size_t)reply->taken, REPLY_PIECE_MAX);
                memcpy(piece, reply->text + reply->taken, size);
        }
        n = read_file(reply, piece + size, REPLY_PIECE_MAX - size);
        if (n < 0) /* that comes to light once the text is sent */
                return size > 0 ? (ssize_t)size : n;
        return (ssize_t)size + n;
}

int reply_send(struct reply *reply, int fd)
{
        char piece[REPLY_PIECE_MAX];
        ssize_t size = fill(reply, piece), n;

        if (size < 0)
                return -errno;
        if (size == 0)
                return 0;
        do
                n = send(fd, piece, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        reply->taken += (uint64_t)n;
        return reply->taken < reply->text_size + (uint64_t)reply->file_size ? -EAGAIN : 0;
}

void reply_clear(struct reply *reply)
{
        close_p(&reply->file);
        free(reply->text);
        *reply = REPLY_INIT;
}
