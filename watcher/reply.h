/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_REPLY_H
#define CFGWATCH_REPLY_H

/*
 * An answer on its way to a peer: a text, and behind it what a file holds. It goes by pieces, as
 * the peer takes them: a large file neither fills the memory nor holds up who sends it.
 */

#include "util.h"

#include <sys/types.h>

#define REPLY_PIECE_MAX ((size_t)64 << 10) /* bytes at once: about what a socket has room for */

struct reply {
        char *text;
        size_t text_size;
        int file; /* -1: there is none; read by offset, wherever it stands */
        size_t file_size;
        uint64_t taken; /* bytes so far, of both */
};

#define REPLY_INIT ((struct reply){.file = -1})

/* Takes over @text; what came of a lack of memory, NULL, is an empty one. */
struct reply reply_of_text(char *text);

/*
 * Sends the next piece to the socket @fd, no more than it takes at once. 0: that was the last.
 * -EAGAIN: there is more, for when there is room. Else the peer is gone, or the file is not what
 * it was: -EIO if it has become shorter than its size.
 */
int reply_send(struct reply *reply, int fd);

void reply_clear(struct reply *reply);

#endif
