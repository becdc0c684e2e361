/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SUBSCRIBER_H
#define CFGWATCH_SUBSCRIBER_H

/* The nanomsg SUB socket. The essay, with what nanomsg does to its users, is in subscriber.c. */

#include "event.h"

struct subscriber;

/*
 * Makes a socket that connects to the publisher in @runtime_directory, now or whenever it
 * comes, and puts its file descriptor into @epoll. Nothing is in @epoll on failure.
 * -ENAMETOOLONG: messages cannot be heard there, ever. -ENOTSUP: nor in this process, since
 * it was forked by one that had such a socket. -EMFILE, -EAGAIN: not now, for want of file
 * descriptors or of a thread.
 */
int subscriber_new(const char *runtime_directory, int epoll, struct subscriber **ret);

/* Closes it; in a forked child only the memory is freed. */
struct subscriber *subscriber_free(struct subscriber *subscriber);

/* Hears messages of @domain as well; NULL: of every domain. */
int subscriber_add(struct subscriber *subscriber, const char *domain);

/*
 * Takes one message. 1: it is in @ret. 0: there is none now. -EBADMSG: one came that is no
 * message. Any other error: the socket is of no use any more.
 */
int subscriber_receive(struct subscriber *subscriber, struct message *ret);

#endif
