/* SPDX-License-Identifier: MIT */
/*
 * The only file of the library that knows nanomsg. What it has to know of it (measured with
 * 1.1.5, Debian 12):
 *
 *   - What it takes for impossible, it asserts, and the host program is gone: a socket path
 *     of 108 bytes or more, and a lack of file descriptors while it starts. Both are checked
 *     here first.
 *   - The first socket of a process starts a thread, with all signals blocked; closing the
 *     last one ends it. The thread does not survive fork(2), but the sockets' memory does:
 *     in the child nn_close() waits for the dead thread for ever. So a child never touches
 *     a socket of its parent, and where sockets were open at the fork it gets no new one.
 *   - nn_connect() succeeds whether or not there is something to connect to, or a permission
 *     to do so; it goes on trying. A publisher that was killed and started again is back
 *     0.1 s after its socket is. One that died in the middle of its handshake may leave the
 *     connection deaf; the user of this file notices silence and makes a new socket.
 */
#include "subscriber.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

/* Room for a later version of the message; a peer that sends more loses the connection. */
#define MESSAGE_SIZE_MAX 4096

/* nanomsg needs some 6 to start and 2 for each socket and connection. */
#define FDS_NEEDED 16

/* Between two attempts to connect: from the first at once to one a second. */
#define RECONNECT_MSEC 100
#define RECONNECT_MAX_MSEC 1000

struct subscriber {
        pid_t pid; /* who made it */
        int epoll;
        int socket;
        int fd; /* readable while there is a message */
};

/* Whether the process can open that many more files. */
static bool can_open(int epoll, size_t count)
{
        int fds[FDS_NEEDED];
        size_t have;

        for (have = 0; have < count; have++) {
                fds[have] = fcntl(epoll, F_DUPFD_CLOEXEC, 0);
                if (fds[have] < 0)
                        break;
        }
        for (size_t i = 0; i < have; i++)
                close(fds[i]);
        return have == count;
}

/* Whether this is the only thread. False if that cannot be told. */
static bool is_single_threaded(void)
{
        DIR *tasks = opendir("/proc/self/task");
        size_t count = 0;

        if (!tasks)
                return false;
        for (struct dirent *entry = readdir(tasks); entry; entry = readdir(tasks))
                count += entry->d_name[0] != '.';
        closedir(tasks);
        return count == 1;
}

static int set_number(int socket, int option, int value)
{
        return nn_setsockopt(socket, NN_SOL_SOCKET, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int set_up(struct subscriber *subscriber, const char *address)
{
        struct epoll_event event = {.events = EPOLLIN};
        size_t size = sizeof(subscriber->fd);
        int r;

        r = set_number(subscriber->socket, NN_RCVMAXSIZE, MESSAGE_SIZE_MAX);
        if (r < 0)
                return r;
        r = set_number(subscriber->socket, NN_RECONNECT_IVL, RECONNECT_MSEC);
        if (r < 0)
                return r;
        r = set_number(subscriber->socket, NN_RECONNECT_IVL_MAX, RECONNECT_MAX_MSEC);
        if (r < 0)
                return r;
        if (nn_getsockopt(subscriber->socket, NN_SOL_SOCKET, NN_RCVFD, &subscriber->fd, &size) < 0)
                return -errno;
        if (nn_connect(subscriber->socket, address) < 0)
                return -errno;
        return epoll_ctl(subscriber->epoll, EPOLL_CTL_ADD, subscriber->fd, &event) < 0 ? -errno : 0;
}

int subscriber_new(const char *runtime_directory, int epoll, struct subscriber **ret)
{
        char address[sizeof("ipc://") + EVENT_PATH_MAX];
        struct subscriber *subscriber;
        int r;

        if (strlen(runtime_directory) + strlen("/" EVENT_SOCKET) > EVENT_PATH_MAX)
                return -ENAMETOOLONG;
        if (!can_open(epoll, FDS_NEEDED))
                return -EMFILE;
        subscriber = malloc(sizeof(*subscriber));
        if (!subscriber)
                return -ENOMEM;
        subscriber->pid = getpid();
        subscriber->epoll = epoll;
        subscriber->socket = nn_socket(AF_SP, NN_SUB);
        if (subscriber->socket < 0) {
                r = -errno;
                free(subscriber);
                return r;
        }
        /* Not the first one, but no thread that serves it: left over from before a fork. */
        if (subscriber->socket > 0 && is_single_threaded()) {
                free(subscriber);
                return -ENOTSUP;
        }
        snprintf(address, sizeof(address), "ipc://%s/" EVENT_SOCKET, runtime_directory);
        r = set_up(subscriber, address);
        if (r < 0) {
                nn_close(subscriber->socket);
                free(subscriber);
                return r;
        }
        *ret = subscriber;
        return 0;
}

struct subscriber *subscriber_free(struct subscriber *subscriber)
{
        if (!subscriber)
                return NULL;
        if (subscriber->pid == getpid()) {
                epoll_ctl(subscriber->epoll, EPOLL_CTL_DEL, subscriber->fd, NULL);
                nn_close(subscriber->socket);
        }
        free(subscriber);
        return NULL;
}

int subscriber_add(struct subscriber *subscriber, const char *domain)
{
        char topic[DOMAIN_NAME_MAX + 2] = "";

        if (domain)
                snprintf(topic, sizeof(topic), "%s ", domain);
        return nn_setsockopt(subscriber->socket, NN_SUB, NN_SUB_SUBSCRIBE, topic, strlen(topic)) < 0
                       ? -errno
                       : 0;
}

int subscriber_receive(struct subscriber *subscriber, struct message *ret)
{
        char data[EVENT_SIZE_MAX];
        int n, r;

        n = nn_recv(subscriber->socket, data, sizeof(data), NN_DONTWAIT);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        if ((size_t)n > sizeof(data))
                return -EBADMSG;
        r = message_decode(data, (size_t)n, ret);
        return r < 0 ? r : 1;
}
