/* SPDX-License-Identifier: MIT */
/*
 * A fixed table of clients. Each goes
 *
 *   FREE --accept--> READING --"sync"--> WAITING --reply--> WRITING --all sent--> FREE
 *                       +-----anything else, request or not--------^
 *
 * and from anywhere to FREE when it goes away, when its time is over, or when a newcomer
 * needs its place: that of who has been READING longest, and where nobody is, of the user
 * with the most answers that are not taken the one of which nothing was taken for longest. So
 * who goes on taking a large answer keeps his place before all who take none. A place is known by
 * its index inside the table, and to the outside only by the domain that it waits for: one answer
 * goes to all who wait for the same, so nobody else has to keep a list of them. Who waits may wait
 * for long, as long as a writer is at the file. So not all places can be taken by those who
 * wait, nor all of theirs by one user.
 *
 * An answer goes by bounded pieces, one a turn. For those who do not take theirs a place is held,
 * with a report in memory or an open file, and what a socket has room for, which stays with them
 * when the place is another's. So the content of a file goes over the socket as bytes, and not as a
 * descriptor: of those that are on their way unreceived the
 * kernel allows the daemon's user no more than a process may have open (unix(7)), so that one peer
 * who leaves enough of them lying would keep all others from theirs, for as long as he likes.
 *
 * A report may take many milliseconds to make where there are many domains or a long history,
 * and the daemon's loop looks at no file meanwhile. So one turn of it makes one status, for all
 * who ask in that turn (and one for root and our own user), and one history, which ends the turn:
 * what has not been read by then stays in the sockets until the next one.
 *
 * New places are taken only after all events of one epoll_wait() are dealt with, so that
 * an event never meets another client than its own; and a newcomer is read at once, so that
 * idle connections, however many, never push out somebody who has something to say.
 */
#include "control.h"

#include "log.h"
#include "socket_file.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define LISTENER UINT32_MAX                     /* in place of a client's index */
#define BACKLOG 128                             /* connections that wait for one turn of the loop */
#define ACCEPT_PAUSE_USEC (250 * USEC_PER_MSEC) /* when there are no descriptors left */

enum client_state { CLIENT_FREE, CLIENT_READING, CLIENT_WAITING, CLIENT_WRITING };

struct client {
        enum client_state state;
        int fd;
        uid_t uid;
        uint64_t number; /* of the connection */
        uint64_t deadline;
        char line[CONTROL_REQUEST_MAX];
        size_t used;
        struct request request; /* WAITING: for a sync of this domain */
        struct reply reply;
};

struct control {
        char *path;
        int epoll_fd;
        int fd;
        struct socket_file file; /* what we have made at the path */
        bool starved;            /* the last accept failed, and the log has been told */
        char *status[2];         /* the report of this turn, once asked for; [1]: if trusted */
        bool is_over;            /* this turn, for all but the one who is being served */
        uint64_t numbers;
        uint64_t accept_usec; /* when to accept again; USEC_NEVER while the listener is polled */
        struct control_handlers handlers;
        struct client clients[CONTROL_CLIENTS_MAX];
};

static void watch_fd(struct control *control, int operation, int fd, uint32_t id, uint32_t events)
{
        struct epoll_event event = {.events = events, .data.u32 = id};

        if (epoll_ctl(control->epoll_fd, operation, fd, &event) < 0)
                log_debug("control: epoll: %s", strerror(errno));
}

/* Polls @client for @events; its going away is always told. */
static void watch_client(struct control *control, const struct client *client, uint32_t events)
{
        watch_fd(control, EPOLL_CTL_MOD, client->fd, (uint32_t)(client - control->clients), events);
}

static void drop(struct client *client)
{
        close(client->fd); /* which takes it out of the epoll set as well */
        reply_clear(&client->reply);
        memset(client, 0, sizeof(*client));
}

/* The next piece of it; a peer who has taken some has his time anew. */
static void write_reply(struct client *client, uint64_t now)
{
        uint64_t taken = client->reply.taken;
        int r = reply_send(&client->reply, client->fd);

        if (client->reply.taken > taken)
                client->deadline = usec_add(now, CONTROL_REPLY_USEC);
        if (r != -EAGAIN)
                drop(client);
}

/*
 * Takes over @reply, of which what fits goes at once, whatever the time is; an empty one, for
 * lack of memory, just ends the connection.
 */
static void answer(struct control *control, struct client *client, struct reply reply)
{
        client->state = CLIENT_WRITING;
        client->reply = reply;
        if (reply_send(&client->reply, client->fd) == -EAGAIN)
                watch_client(control, client, EPOLLOUT);
        else
                drop(client);
}

static void answer_text(struct control *control, struct client *client, char *text)
{
        answer(control, client, reply_of_text(text));
}

static void refuse(struct control *control, struct client *client, int error)
{
        answer_text(control, client, request_error_line(client->request.kind, error));
}

static void answer_report(struct control *control, struct client *client, const char *report)
{
        if (report)
                answer_text(control, client, format_string("ok\n%s\n", report));
        else
                refuse(control, client, -ENOMEM);
}

static void answer_status(struct control *control, struct client *client)
{
        bool trusted = client->uid == 0 || client->uid == geteuid();
        char **status = &control->status[trusted];

        if (!*status)
                *status = control->handlers.status(control->handlers.userdata, trusted);
        answer_report(control, client, *status);
}

/* How many clients are in @state: of all users, or of the one that is at @uid. */
static size_t count_clients(const struct control *control, enum client_state state,
                            const uid_t *uid)
{
        size_t count = 0;

        for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
                count += control->clients[i].state == state &&
                         (!uid || control->clients[i].uid == *uid);
        return count;
}

static bool may_wait(const struct control *control, uid_t uid)
{
        return count_clients(control, CLIENT_WAITING, NULL) < CONTROL_WAITING_MAX &&
               count_clients(control, CLIENT_WAITING, &uid) < CONTROL_WAITING_USER_MAX;
}

/* The handler may answer before it returns: the place can be free or WRITING then. */
static void ask_sync(struct control *control, struct client *client)
{
        int r = -EBUSY;

        if (may_wait(control, client->uid)) {
                client->state = CLIENT_WAITING;
                watch_client(control, client, 0);
                r = control->handlers.sync(control->handlers.userdata, client->request.domain);
        }
        if (r < 0)
                refuse(control, client, r);
}

static void ask_history(struct control *control, struct client *client)
{
        size_t count = (size_t)MIN(client->request.number, (uint64_t)CONTROL_HISTORY_MAX);
        _cleanup_free_ char *report = NULL;
        int r;

        control->is_over = true;
        r = control->handlers.history(control->handlers.userdata, client->request.domain, count,
                                      &report);
        if (r < 0)
                refuse(control, client, r);
        else
                answer_report(control, client, report);
}

static void ask_content(struct control *control, struct client *client)
{
        struct reply reply;
        struct peer peer;
        int r;

        r = peer_get(client->fd, &peer);
        if (r == 0) {
                r = control->handlers.content(control->handlers.userdata, &client->request, &peer,
                                              &reply);
                free(peer.groups);
        }
        if (r < 0)
                refuse(control, client, r);
        else
                answer(control, client, reply);
}

/* @line is the whole request, without its end. */
static void handle_request(struct control *control, struct client *client, const char *line,
                           uint64_t now)
{
        int r = request_parse(line, &client->request);

        client->deadline = usec_add(now, CONTROL_REPLY_USEC);
        switch (client->request.kind) {
        case REQUEST_NONE:
                refuse(control, client, r);
                break;
        case REQUEST_STATUS:
                answer_status(control, client);
                break;
        case REQUEST_SYNC:
                ask_sync(control, client);
                break;
        case REQUEST_HISTORY:
                ask_history(control, client);
                break;
        case REQUEST_CONTENT:
                ask_content(control, client);
                break;
        }
}

/* What came so far: no line yet, one line and nothing behind it, or something else. */
static void look_at_request(struct control *control, struct client *client, bool ended,
                            uint64_t now)
{
        char *end = memchr(client->line, '\n', client->used);

        if (!end && !ended && client->used < sizeof(client->line))
                return;
        if (!end || end + 1 != client->line + client->used ||
            memchr(client->line, '\0', client->used)) {
                refuse(control, client, -EBADMSG);
                return;
        }
        *end = '\0';
        handle_request(control, client, client->line, now);
}

static void read_request(struct control *control, struct client *client, uint64_t now)
{
        ssize_t n;

        do
                n = recv(client->fd, client->line + client->used,
                         sizeof(client->line) - client->used, MSG_DONTWAIT);
        while (n < 0 && errno == EINTR);
        if (n < 0 && errno == EAGAIN)
                return;
        if (n < 0 || (n == 0 && client->used == 0)) {
                drop(client);
                return;
        }
        client->used += (size_t)n;
        look_at_request(control, client, n == 0, now);
}

static void dispatch_client(struct control *control, struct client *client, uint32_t events,
                            uint64_t now)
{
        switch (client->state) {
        case CLIENT_FREE:
                break;
        case CLIENT_READING:
                read_request(control, client, now);
                break;
        case CLIENT_WAITING:
                if (events & (EPOLLHUP | EPOLLERR))
                        drop(client);
                break;
        case CLIENT_WRITING:
                write_reply(client, now);
                break;
        }
}

static uid_t peer_uid(int fd)
{
        struct ucred peer = {.uid = (uid_t)-1}; /* all of whom nothing is known are one user */
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
                log_debug("control: connection from pid %d, uid %u", (int)peer.pid,
                          (unsigned int)peer.uid);
        return peer.uid;
}

/* The client that came first of those in @state, and of the user at @uid if that is given. */
static struct client *find_oldest(struct control *control, enum client_state state,
                                  const uid_t *uid)
{
        struct client *oldest = NULL;

        for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
                struct client *client = &control->clients[i];

                if (client->state == state && (!uid || client->uid == *uid) &&
                    (!oldest || client->number < oldest->number))
                        oldest = client;
        }
        return oldest;
}

/* Of @uid's answers the one that has lain for longest: the time for each is the same. */
static struct client *find_stalest(struct control *control, uid_t uid)
{
        struct client *stalest = NULL;

        for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
                struct client *client = &control->clients[i];

                if (client->state == CLIENT_WRITING && client->uid == uid &&
                    (!stalest || client->deadline < stalest->deadline ||
                     (client->deadline == stalest->deadline && client->number < stalest->number)))
                        stalest = client;
        }
        return stalest;
}

/* The stalest answer of the user who leaves the most of them; NULL: all are taken. */
static struct client *find_untaken(struct control *control)
{
        const uid_t *most = NULL;
        size_t count = 0;

        for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
                const uid_t *uid = &control->clients[i].uid;
                size_t own = count_clients(control, CLIENT_WRITING, uid);

                if (own > count) {
                        count = own;
                        most = uid;
                }
        }
        return most ? find_stalest(control, *most) : NULL;
}

_Static_assert(CONTROL_WAITING_MAX < CONTROL_CLIENTS_MAX, "not all places can be taken by them");

static struct client *find_place(struct control *control)
{
        struct client *client = find_oldest(control, CLIENT_FREE, NULL);

        if (client)
                return client;
        client = find_oldest(control, CLIENT_READING, NULL);
        if (client)
                refuse(control, client, -EBUSY); /* it fits: nothing has been sent before */
        else
                client = find_untaken(control);
        if (client->state != CLIENT_FREE)
                drop(client);
        return client;
}

static void add_client(struct control *control, int fd, uint64_t now)
{
        struct client *client = find_place(control);

        client->state = CLIENT_READING;
        client->fd = fd;
        client->reply = REPLY_INIT;
        client->uid = peer_uid(fd);
        client->number = ++control->numbers;
        client->deadline = usec_add(now, CONTROL_REQUEST_USEC);
        watch_fd(control, EPOLL_CTL_ADD, fd, (uint32_t)(client - control->clients), EPOLLIN);
        read_request(control, client, now);
}

/* A listener that stays readable while nothing can be accepted would keep the loop busy. */
static void pause_accepting(struct control *control, uint64_t now)
{
        log_line(control->starved ? LOG_DEBUG : LOG_WARNING,
                 "control: cannot accept connections: %s", strerror(errno));
        control->starved = true;
        control->accept_usec = usec_add(now, ACCEPT_PAUSE_USEC);
        watch_fd(control, EPOLL_CTL_MOD, control->fd, LISTENER, 0);
}

static void accept_clients(struct control *control, uint64_t now)
{
        /* and the rest in the next turn */
        for (size_t i = 0; i < CONTROL_CLIENTS_MAX && !control->is_over; i++) {
                int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

                if (fd >= 0) {
                        control->starved = false;
                        add_client(control, fd, now);
                } else if (errno != EINTR && errno != ECONNABORTED) {
                        if (errno != EAGAIN)
                                pause_accepting(control, now);
                        return;
                }
        }
}

static void expire(struct control *control, uint64_t now)
{
        for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
                struct client *client = &control->clients[i];

                if (client->state == CLIENT_FREE || now < client->deadline)
                        continue;
                if (client->state == CLIENT_WRITING) {
                        drop(client);
                        continue;
                }
                client->deadline = usec_add(now, CONTROL_REQUEST_USEC); /* to take this */
                refuse(control, client, -ETIMEDOUT);
        }
        if (now >= control->accept_usec) {
                control->accept_usec = USEC_NEVER;
                watch_fd(control, EPOLL_CTL_MOD, control->fd, LISTENER, EPOLLIN);
        }
}

void control_dispatch(struct control *control, uint64_t now)
{
        struct epoll_event events[CONTROL_CLIENTS_MAX + 1];
        bool newcomers = false;
        int count;

        control->is_over = false;
        expire(control, now);
        count = epoll_wait(control->epoll_fd, events, ELEMENTS(events), 0);
        for (int i = 0; i < count && !control->is_over; i++) {
                if (events[i].data.u32 == LISTENER)
                        newcomers = true;
                else
                        dispatch_client(control, &control->clients[events[i].data.u32],
                                        events[i].events, now);
        }
        if (newcomers)
                accept_clients(control, now);
        for (size_t i = 0; i < ELEMENTS(control->status); i++)
                free(STEAL(control->status[i]));
}

void control_reply_sync(struct control *control, const char *domain, int error, uint64_t generation)
{
        for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
                struct client *client = &control->clients[i];

                if (client->state != CLIENT_WAITING || strcmp(client->request.domain, domain) != 0)
                        continue;
                if (error < 0)
                        refuse(control, client, error);
                else
                        answer_text(control, client,
                                    format_string("ok %llu\n", (unsigned long long)generation));
        }
}

/* Nobody can connect before listen(), so group and mode are right from the start. */
static int open_listener(struct control *control, const struct access *access)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int r;

        if (strlen(control->path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, control->path);
        r = socket_file_remove(control->path);
        if (r < 0)
                return r;
        control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (control->fd < 0)
                return -errno;
        if (bind(control->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
                return -errno;
        control->file = socket_file_at(control->path);
        r = access_apply_socket(control->path, *access);
        if (r < 0)
                return r;
        return listen(control->fd, BACKLOG) < 0 ? -errno : 0;
}

int control_new(const char *runtime_directory, const struct access *access,
                const struct control_handlers *handlers, struct control **ret)
{
        _cleanup_(control_free_p) struct control *control = calloc(1, sizeof(*control));
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = LISTENER};
        int r;

        if (!control)
                return -ENOMEM;
        control->fd = -1;
        control->accept_usec = USEC_NEVER;
        control->handlers = *handlers;
        control->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        if (control->epoll_fd < 0)
                return -errno;
        control->path = format_string("%s/%s", runtime_directory, CONTROL_SOCKET);
        if (!control->path)
                return -ENOMEM;
        r = open_listener(control, access);
        if (r < 0)
                return r;
        if (epoll_ctl(control->epoll_fd, EPOLL_CTL_ADD, control->fd, &event) < 0)
                return -errno;
        *ret = STEAL(control);
        return 0;
}

int control_set_access(struct control *control, struct access access)
{
        return access_apply_socket(control->path, access);
}

struct control *control_free(struct control *control)
{
        if (!control)
                return NULL;
        for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
                if (control->clients[i].state != CLIENT_FREE)
                        drop(&control->clients[i]);
        if (control->path)
                socket_file_remove_own(control->path, control->file);
        close_p(&control->fd);
        close_p(&control->epoll_fd);
        free(control->path);
        free(control);
        return NULL;
}

int control_fd(const struct control *control)
{
        return control->epoll_fd;
}

uint64_t control_deadline(const struct control *control)
{
        uint64_t deadline = control->accept_usec;

        for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
                if (control->clients[i].state != CLIENT_FREE)
                        deadline = MIN(deadline, control->clients[i].deadline);
        return deadline;
}
