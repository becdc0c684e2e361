/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_PEER_H
#define CFGWATCH_PEER_H

/* Who is at the other end of a local socket, and what he may read. */

#include "access.h"

struct peer {
        uid_t uid;
        gid_t gid;
        gid_t *groups; /* the other ones that he is in */
        size_t count;
};

/* Who he was when he connected. free() the groups. The error of getsockopt(2); -ENOMEM. */
int peer_get(int fd, struct peer *ret);

/*
 * Whether he may read a file that this protects, as open(2) would see it: root and the daemon's
 * own user always, a member of the group by the group's bits, anybody else by the others'.
 */
bool peer_may_read(const struct peer *peer, struct access access);

#endif
