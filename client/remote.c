/* SPDX-License-Identifier: MIT */
/*
 * Asks the daemon over its control socket (protocol.h): one request and one answer a
 * connection. The peer is asked for its credentials before anything is believed or told; all
 * of it together keeps to one deadline.
 */
#include "client.h"
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

/* Longest answers: one line; and a report of 4096 domains with some kilobytes for each. */
#define LINE_SIZE_MAX ((size_t)4096)
#define REPORT_SIZE_MAX ((size_t)16 << 20)

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

static int receive_answer(int fd, size_t limit, uint64_t until, char **ret)
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
        if (strlen(data) != size)
                return -EPROTO;
        *ret = STEAL(data);
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

static int ask(const cfgw_client *client, const char *request, size_t limit, uint64_t timeout_usec,
               char **ret)
{
        uint64_t until =
                usec_add(now_usec(), timeout_usec == CFGW_FOREVER ? FOREVER_USEC : timeout_usec);
        _cleanup_free_ char *answer = NULL;
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
        if (strncmp(answer, "error ", strlen("error ")) == 0)
                return error_of(answer);
        *ret = STEAL(answer);
        return 0;
}

/* "ok GENERATION\n" */
static int parse_generation(char *answer, uint64_t *ret)
{
        size_t length = strlen(answer);

        if (length < strlen("ok 0\n") || strncmp(answer, "ok ", 3) != 0 ||
            answer[length - 1] != '\n')
                return -EPROTO;
        answer[length - 1] = '\0';
        return parse_u64(answer + 3, ret) < 0 ? -EPROTO : 0;
}

PUBLIC int cfgw_client_sync(cfgw_client *client, const char *domain, uint64_t timeout_usec,
                            uint64_t *ret_generation)
{
        char request[sizeof("sync \n") + DOMAIN_NAME_MAX];
        _cleanup_free_ char *answer = NULL;
        uint64_t generation;
        int r;

        if (!client || !domain || !domain_name_valid(domain))
                return -EINVAL;
        snprintf(request, sizeof(request), "sync %s\n", domain);
        r = ask(client, request, LINE_SIZE_MAX, timeout_usec, &answer);
        if (r < 0)
                return r;
        r = parse_generation(answer, &generation);
        if (r < 0)
                return r;
        if (generation == 0)
                return -ENODATA;
        if (ret_generation)
                *ret_generation = generation;
        return 0;
}

PUBLIC int cfgw_client_query_daemon(cfgw_client *client, uint64_t timeout_usec, char **ret_json)
{
        _cleanup_free_ char *answer = NULL;
        char *json;
        int r;

        if (!client || !ret_json)
                return -EINVAL;
        r = ask(client, "status\n", REPORT_SIZE_MAX, timeout_usec, &answer);
        if (r < 0)
                return r;
        if (strncmp(answer, "ok\n{", strlen("ok\n{")) != 0)
                return -EPROTO;
        json = strdup(answer + strlen("ok\n"));
        if (!json)
                return -ENOMEM;
        *ret_json = json;
        return 0;
}
