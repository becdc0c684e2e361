/* SPDX-License-Identifier: MIT */
/*
 * The only file of the library that knows nanomsg. What it has to know of it (measured with
 * 1.1.5, Debian 12):
 *
 *   - What it takes for impossible, it asserts, and the host program is gone: a socket path
 *     of 108 bytes or more, and a lack of file descriptors or of a thread while it starts. All
 *     three are checked here first. That is as good as a check beforehand can be: another
 *     thread of the host may take the last descriptor in between, and memory is not checked.
 *   - The first socket of a process starts a thread, with all signals blocked; closing the
 *     last one ends it. The thread does not survive fork(2), but nanomsg's memory does: in
 *     the child nn_close() waits for the dead thread for ever, also of a socket made there.
 *     So nanomsg belongs to the process that used it at the fork: a child of that never calls
 *     it again. `owner` is how it knows, see there.
 *   - nn_connect() succeeds whether or not there is something to connect to, or a permission
 *     to do so; it goes on trying. A publisher that was killed and started again is back
 *     0.1 s after its socket is. One that died in the middle of its handshake may leave the
 *     connection deaf; the user of this file notices silence and makes a new socket.
 */
#include "subscriber.h"

#include <errno.h>
#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

/* Room for a later version of the message; a peer that sends more loses the connection. */
#define MESSAGE_SIZE_MAX 4096

/*
 * Whose nanomsg is: the pid of the process that has sockets of this file, and how many; 0
 * while there are none. It is the library's one global that changes, since what it tells of
 * is global itself. Counted up before the first call for a socket and down after the last, so
 * that a fork at any moment finds it to be in use rather than not. A child inherits the word
 * together with nanomsg's memory, sees a pid that is not its own, and leaves both alone for
 * ever. Sequentially consistent, since the order of it and of nanomsg's own memory is the point.
 */
static _Atomic uint64_t owner;

#define OWNER_ONE UINT64_C(1)
#define OWNER_PID_SHIFT 32

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

static void *do_nothing(void *userdata)
{
        return userdata;
}

/* Whether the process can start a thread. Signals are none of its business, while it lives. */
static bool can_start_thread(void)
{
        sigset_t all, old;
        pthread_t thread;
        int error;

        sigfillset(&all);
        if (pthread_sigmask(SIG_SETMASK, &all, &old) != 0)
                return false;
        error = pthread_create(&thread, NULL, do_nothing, NULL);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
        return error == 0 && pthread_join(thread, NULL) == 0;
}

/* False: nanomsg was in use when this process was forked. */
static bool enter_nanomsg(void)
{
        uint64_t old = atomic_load(&owner), mine;

        do {
                mine = old != 0 ? old : (uint64_t)getpid() << OWNER_PID_SHIFT;
                if (mine >> OWNER_PID_SHIFT != (uint64_t)getpid())
                        return false;
        } while (!atomic_compare_exchange_weak(&owner, &old, mine + OWNER_ONE));
        return true;
}

static void leave_nanomsg(void)
{
        uint64_t old = atomic_load(&owner), left;

        do {
                left = old - OWNER_ONE;
                if ((uint32_t)left == 0)
                        left = 0;
        } while (!atomic_compare_exchange_weak(&owner, &old, left));
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

static int open_socket(struct subscriber *subscriber, const char *address)
{
        int r;

        if (!can_open(subscriber->epoll, FDS_NEEDED))
                return -EMFILE;
        if (!can_start_thread())
                return -EAGAIN;
        subscriber->socket = nn_socket(AF_SP, NN_SUB);
        if (subscriber->socket < 0)
                return -errno;
        r = set_up(subscriber, address);
        if (r < 0)
                nn_close(subscriber->socket);
        return r;
}

int subscriber_new(const char *runtime_directory, int epoll, struct subscriber **ret)
{
        char address[sizeof("ipc://") + EVENT_PATH_MAX];
        _cleanup_free_ struct subscriber *subscriber = NULL;
        int r;

        if (strlen(runtime_directory) + strlen("/" EVENT_SOCKET) > EVENT_PATH_MAX)
                return -ENAMETOOLONG;
        snprintf(address, sizeof(address), "ipc://%s/" EVENT_SOCKET, runtime_directory);
        subscriber = malloc(sizeof(*subscriber));
        if (!subscriber)
                return -ENOMEM;
        subscriber->pid = getpid();
        subscriber->epoll = epoll;
        if (!enter_nanomsg())
                return -ENOTSUP;
        r = open_socket(subscriber, address);
        if (r < 0) {
                leave_nanomsg();
                return r;
        }
        *ret = STEAL(subscriber);
        return 0;
}

struct subscriber *subscriber_free(struct subscriber *subscriber)
{
        if (!subscriber)
                return NULL;
        if (subscriber->pid == getpid()) {
                epoll_ctl(subscriber->epoll, EPOLL_CTL_DEL, subscriber->fd, NULL);
                nn_close(subscriber->socket);
                leave_nanomsg();
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
