/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include "util.h"

#include <errno.h>
#include <sys/socket.h>

/* Asked without room the kernel says how much it needs: 65536 groups at most. */
static int get_groups(int fd, struct peer *peer)
{
        socklen_t size = 0;

        if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0)
                return 0; /* he is in no other one */
        if (errno != ERANGE)
                return -errno;
        peer->groups = malloc(size);
        if (!peer->groups)
                return -ENOMEM;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &size) < 0) {
                int error = errno;

                free(peer->groups);
                return -error;
        }
        peer->count = size / sizeof(gid_t);
        return 0;
}

int peer_get(int fd, struct peer *ret)
{
        struct peer peer = {.groups = NULL};
        struct ucred credentials;
        socklen_t size = sizeof(credentials);
        int r;

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
                return -errno;
        peer.uid = credentials.uid;
        peer.gid = credentials.gid;
        r = get_groups(fd, &peer);
        if (r < 0)
                return r;
        *ret = peer;
        return 0;
}

static bool is_member(const struct peer *peer, gid_t gid)
{
        if (peer->gid == gid)
                return true;
        for (size_t i = 0; i < peer->count; i++)
                if (peer->groups[i] == gid)
                        return true;
        return false;
}

bool peer_may_read(const struct peer *peer, struct access access)
{
        if (peer->uid == 0 || peer->uid == geteuid())
                return true;
        return access.mode & (is_member(peer, access.gid) ? S_IRGRP : S_IROTH);
}
