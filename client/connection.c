/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include "protocol.h"
#include "trust.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#define FOREVER_USEC (30 * USEC_PER_SEC)  /* what CFGW_FOREVER means: the daemon gives up then */
#define FULL_NAP_USEC (5 * USEC_PER_MSEC) /* the daemon's queue of connections is full */

/* Waits until @fd can do @events. */
static int wait_for(int fd, short events, uint64_t until)
{
        struct pollfd pollfd = {.fd = fd, .events = events};

        for (;;) {
                uint64_t now = now_usec();
                int r;

                if (now >= until)
                        return -ETIMEDOUT;
                r = poll(&pollfd, 1, poll_timeout(until, now));
                if (r > 0)
                        return 0;
                if (r < 0 && errno != EINTR)
                        return -errno;
        }
}

/* A local socket does not say when there is room again in a full queue: hence the naps. */
static int connect_until(int fd, const struct sockaddr_un *address, uint64_t until)
{
        const struct timespec nap = {.tv_nsec = (long)FULL_NAP_USEC * 1000};

        while (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
                if (errno == ENOENT || errno == ENOTDIR || errno == ECONNREFUSED)
                        return -ENOTCONN;
                if (errno == EPROTOTYPE || errno == ENOTSOCK)
                        return -EPROTO;
                if (errno != EAGAIN && errno != EINTR)
                        return -errno;
                if (now_usec() >= until)
                        return -ETIMEDOUT;
                nanosleep(&nap, NULL);
        }
        return 0;
}

/* Only root and the owner of the runtime directory are daemons. */
static int check_peer(int fd, uid_t owner)
{
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return -errno;
        return peer.uid == 0 || peer.uid == owner ? 0 : -EPROTO;
}

static int open_connection(const cfgw_client *client, uint64_t until, int *ret)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_close_ int directory = -1, fd = -1;
        uid_t owner;
        int r;

        r = snprintf(address.sun_path, sizeof(address.sun_path), "%s/" CONTROL_SOCKET,
                     client->runtime_directory);
        if (r >= (int)sizeof(address.sun_path))
                return -ENAMETOOLONG;
        r = trust_open_directory(client->runtime_directory, &directory, &owner);
        if (r < 0)
                return r == -ENOENT || r == -ENOTDIR ? -ENOTCONN : r;
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -errno;
        r = connect_until(fd, &address, until);
        if (r < 0)
                return r;
        r = check_peer(fd, owner);
        if (r < 0)
                return r;
        *ret = steal_fd(&fd);
        return 0;
}

/* A daemon that is busy answers and hangs up before it reads: that is no error here. */
static int send_request(int fd, const char *request, uint64_t until)
{
        size_t left = strlen(request);

        while (left > 0) {
                ssize_t n = send(fd, request, left, MSG_NOSIGNAL);
                int r = 0;

                if (n >= 0) {
                        request += n;
                        left -= (size_t)n;
                } else if (errno == EPIPE)
                        return 0;
                else if (errno == EAGAIN)
                        r = wait_for(fd, POLLOUT, until);
                else if (errno != EINTR)
                        r = -errno;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Makes room for more of an answer, and for a NUL byte behind. */
static int grow(char **data, size_t *room, size_t limit)
{
        char *larger;

        if (*room >= limit + 1)
                return -EPROTO;
        *room = MIN(MAX(*room * 2, (size_t)1024), limit + 1);
        larger = realloc(*data, *room);
        if (!larger)
                return -ENOMEM;
        *data = larger;
        return 0;
}

static int receive_answer(int fd, size_t limit, uint64_t until, struct answer *ret)
{
        _cleanup_free_ char *data = NULL;
        size_t size = 0, room = 0;
        ssize_t n = 1;
        int r = 0;

        while (n != 0) {
                if (size + 1 >= room)
                        r = grow(&data, &room, limit);
                if (r == 0)
                        r = wait_for(fd, POLLIN, until);
                if (r < 0)
                        return r;
                n = recv(fd, data + size, room - size - 1, 0);
                if (n < 0 && errno == ECONNRESET) /* as an end; what came is complete or not */
                        n = 0;
                if (n < 0 && errno != EAGAIN && errno != EINTR)
                        return -errno;
                size += n > 0 ? (size_t)n : 0;
        }
        data[size] = '\0';
        *ret = (struct answer){STEAL(data), size};
        return 0;
}

/* The number of the error that "error NAME text" names; -EPROTO for a name that is none. */
static int error_of(const char *line)
{
        const char *name = line + strlen("error ");
        size_t length = strcspn(name, " \n");

        for (int error = 1; error < 256; error++) {
                const char *candidate = strerrorname_np(error);

                if (candidate && strlen(candidate) == length &&
                    memcmp(candidate, name, length) == 0)
                        return -error;
        }
        return -EPROTO;
}

int connection_ask(const cfgw_client *client, const char *request, size_t limit,
                   uint64_t timeout_usec, struct answer *ret)
{
        uint64_t until =
                usec_add(now_usec(), timeout_usec == CFGW_FOREVER ? FOREVER_USEC : timeout_usec);
        _cleanup_(answer_clear) struct answer answer = {NULL, 0};
        _cleanup_close_ int fd = -1;
        int r;

        r = open_connection(client, until, &fd);
        if (r < 0)
                return r;
        r = send_request(fd, request, until);
        if (r < 0)
                return r;
        r = receive_answer(fd, limit, until, &answer);
        if (r < 0)
                return r;
        if (strncmp(answer.data, "error ", strlen("error ")) == 0)
                return error_of(answer.data);
        *ret = answer;
        answer.data = NULL; /* the caller's from now on */
        return 0;
}

int connection_ask_text(const cfgw_client *client, const char *request, size_t limit,
                        uint64_t timeout_usec, char **ret)
{
        _cleanup_(answer_clear) struct answer answer = {NULL, 0};
        int r;

        r = connection_ask(client, request, limit, timeout_usec, &answer);
        if (r < 0)
                return r;
        if (strlen(answer.data) != answer.size)
                return -EPROTO;
        *ret = STEAL(answer.data);
        return 0;
}
