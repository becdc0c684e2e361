/* SPDX-License-Identifier: MIT */
/*
 * Events
 * ======
 *
 * State, not messages. For each subscription there is the picture that was told last. To
 * look is to compare it with the view's picture of now; what differs makes one event. So
 * nothing can be lost, doubled or out of order, whatever becomes of the messages: a message
 * only says when to look.
 *
 * When to look: `look_at`. A message brings it forward to now. A publisher that lives is
 * heard once a second, so when it is late, and for as long as nothing is heard, the board is
 * looked at once a second. While no daemon lives, the views say when they want to be looked
 * after. A look starts by setting the next `look_at`, then compares: a message that arrives
 * meanwhile brings it forward again, and cannot get lost. A look may take several calls of
 * process(): `next` is the subscription to go on with, and at the count none is under way.
 *
 * The socket is made anew after a farewell and after silence, since a connection can be deaf
 * without knowing. First the socket, then the look: what is announced before the connection
 * stands is seen by the look that follows some time after it.
 *
 * One epoll file descriptor is what the program polls. It outlives the sockets behind it.
 *
 * Where there can be no socket (subscriber.h says when) the board is all there is, looked at
 * once a second; so in a child forked by a process that had one.
 *
 * All of this belongs to the thread that runs the program's event loop, and to the process
 * that made the client: nanomsg does not survive a fork.
 */
#include "events.h"

#include "subscriber.h"
#include "view.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

#define BEAT_LATE_USEC (BOARD_BEAT_USEC * 3 / 2) /* a heartbeat should have come by then */
#define POLL_USEC USEC_PER_SEC                   /* between looks when nothing is heard */
#define CONNECTED_USEC (100 * USEC_PER_MSEC)     /* a new connection stands by then */
#define FAREWELL_USEC (250 * USEC_PER_MSEC)      /* until a publisher that left is sought */
#define LOOK_MIN_USEC (10 * USEC_PER_MSEC)       /* no closer together without a message */

/* For one call of process(), so that it stays short. */
#define RECEIVE_MAX 256
#define COMPARE_MAX 256

struct subscription {
        struct view *view;
        struct picture *told; /* NULL: nothing yet */
};

struct events {
        int epoll;
        struct subscriber *subscriber; /* NULL: none (now) */
        uint64_t subscribe_at;         /* when to make it */
        uint64_t heard_at;             /* the last message, or when it was made */
        bool all;                      /* every domain, also of boards to come */
        struct board *listed;          /* the board whose domains were subscribed to */
        struct subscription *subscriptions;
        size_t count;
        size_t next;
        uint64_t look_at;
};

struct cfgw_event {
        cfgw_event_kind kind;
        char domain[DOMAIN_NAME_MAX + 1];
        cfgw_status status;
        const cfgw_config *before;
        const cfgw_config *after;
};

/* ------------------------------------------------------------------- event */

PUBLIC cfgw_event *cfgw_event_free(cfgw_event *event)
{
        if (!event)
                return NULL;
        cfgw_config_unref(event->before);
        cfgw_config_unref(event->after);
        free(event);
        return NULL;
}

PUBLIC cfgw_event_kind cfgw_event_get_kind(const cfgw_event *event)
{
        return event ? event->kind : CFGW_EVENT_STATE;
}

PUBLIC const char *cfgw_event_domain(const cfgw_event *event)
{
        return event ? event->domain : NULL;
}

PUBLIC const cfgw_status *cfgw_event_status(const cfgw_event *event)
{
        return event ? &event->status : NULL;
}

PUBLIC const cfgw_config *cfgw_event_before(const cfgw_event *event)
{
        return event ? event->before : NULL;
}

PUBLIC const cfgw_config *cfgw_event_after(const cfgw_event *event)
{
        return event ? event->after : NULL;
}

static bool has_new_content(const struct picture *told, const struct picture *picture)
{
        return told ? !picture_same_content(told, picture) : picture->config != NULL;
}

static int event_new(const struct subscription *subscription, const struct picture *picture,
                     cfgw_event **ret)
{
        const struct picture *told = subscription->told;
        cfgw_event *event = calloc(1, sizeof(*event));

        if (!event)
                return -ENOMEM;
        event->kind = has_new_content(told, picture) ? CFGW_EVENT_CHANGE : CFGW_EVENT_STATE;
        strcpy(event->domain, subscription->view->domain);
        event->status = picture->status;
        event->before = told ? cfgw_config_ref(told->config) : NULL;
        event->after = cfgw_config_ref(picture->config);
        *ret = event;
        return 0;
}

/* ------------------------------------------------------------------ object */

static int events_new(struct events **ret)
{
        struct events *events = calloc(1, sizeof(*events));
        int r;

        if (!events)
                return -ENOMEM;
        events->epoll = epoll_create1(EPOLL_CLOEXEC);
        if (events->epoll < 0) {
                r = -errno;
                free(events);
                return r;
        }
        *ret = events;
        return 0;
}

struct events *events_free(struct events *events)
{
        if (!events)
                return NULL;
        subscriber_free(events->subscriber);
        for (size_t i = 0; i < events->count; i++)
                picture_unref(events->subscriptions[i].told);
        free(events->subscriptions);
        board_unref(events->listed);
        close(events->epoll);
        free(events);
        return NULL;
}

/* The events of @client, if this process and somebody's subscription allow for any. */
static int get_events(const cfgw_client *client, struct events **ret)
{
        if (!client)
                return -EINVAL;
        if (client->pid != getpid())
                return -ECHILD;
        if (!client->events)
                return -ENOTCONN;
        *ret = client->events;
        return 0;
}

/* -------------------------------------------------------------- subscriber */

static void drop_subscriber(struct events *events, uint64_t again_at)
{
        events->subscriber = subscriber_free(events->subscriber);
        events->subscribe_at = again_at;
}

static int add_topics(const struct events *events, struct subscriber *subscriber)
{
        int r = 0;

        if (events->all)
                return subscriber_add(subscriber, NULL);
        for (size_t i = 0; i < events->count && r == 0; i++)
                r = subscriber_add(subscriber, events->subscriptions[i].view->domain);
        return r;
}

/* Without a subscriber the board is looked at all the same; some causes of that pass. */
static void make_subscriber(const cfgw_client *client, struct events *events, uint64_t now)
{
        int r;

        r = subscriber_new(client->runtime_directory, events->epoll, &events->subscriber);
        if (r == 0)
                r = add_topics(events, events->subscriber);
        if (r < 0) {
                drop_subscriber(events, r == -ENOTSUP || r == -ENAMETOOLONG
                                                ? USEC_NEVER
                                                : usec_add(now, POLL_USEC));
                return;
        }
        events->heard_at = now;
        events->look_at = MIN(events->look_at, usec_add(now, CONNECTED_USEC));
}

static void receive(struct events *events, uint64_t now)
{
        struct message message;

        for (int i = 0; i < RECEIVE_MAX; i++) {
                int r = subscriber_receive(events->subscriber, &message);

                if (r == 0)
                        return;
                events->look_at = now;
                events->heard_at = now;
                if (r == -EBADMSG)
                        continue;
                if (r < 0 || message.kind == MESSAGE_FAREWELL) {
                        drop_subscriber(events, usec_add(now, FAREWELL_USEC));
                        return;
                }
        }
}

static void tend_subscriber(const cfgw_client *client, struct events *events, uint64_t now)
{
        if (events->subscriber)
                receive(events, now);
        if (events->subscriber && now >= usec_add(events->heard_at, BOARD_SILENCE_USEC))
                drop_subscriber(events, now);
        if (!events->subscriber && now >= events->subscribe_at)
                make_subscriber(client, events, now);
}

/* ----------------------------------------------------------- subscriptions */

static int add_subscription(cfgw_client *client, struct events *events, const char *domain)
{
        struct subscription *larger;
        struct view *view;
        int r;

        for (size_t i = 0; i < events->count; i++)
                if (strcmp(events->subscriptions[i].view->domain, domain) == 0)
                        return 0;
        r = client_view(client, domain, &view);
        if (r < 0)
                return r;
        larger = reallocarray(events->subscriptions, events->count + 1, sizeof(*larger));
        if (!larger)
                return -ENOMEM;
        larger[events->count] = (struct subscription){.view = view};
        events->subscriptions = larger;
        events->count++;
        return 0;
}

/* Subscribes to what a new board has more. A lack of memory is made up for the next time. */
static void add_listed(cfgw_client *client, struct events *events, uint64_t now)
{
        _cleanup_(board_unref_p) struct board *board = NULL;

        if (!events->all)
                return;
        board = client_board(client, now).board;
        if (!board || board == events->listed)
                return;
        for (size_t i = 0; i < board_count(board); i++)
                if (add_subscription(client, events, board_slot_at(board, i)->name) < 0)
                        return;
        board_unref(events->listed);
        events->listed = STEAL(board);
}

PUBLIC int cfgw_client_subscribe(cfgw_client *client, const char *domain)
{
        struct events *events;
        int r;

        if (!client || (domain && !domain_name_valid(domain)))
                return -EINVAL;
        if (client->pid != getpid())
                return -ECHILD;
        if (!client->events) {
                r = events_new(&client->events);
                if (r < 0)
                        return r;
        }
        events = client->events;
        if (domain) {
                r = add_subscription(client, events, domain);
                if (r < 0)
                        return r;
        } else
                events->all = true;
        /* The socket is made (anew, with the new topic) before anything is looked at. */
        drop_subscriber(events, 0);
        make_subscriber(client, events, now_usec());
        events->look_at = 0;
        events->next = events->count;
        return 0;
}

/* -------------------------------------------------------------------- look */

static uint64_t next_look(const struct events *events, uint64_t now)
{
        uint64_t late_at = usec_add(events->heard_at, BEAT_LATE_USEC);

        return events->subscriber && now < late_at ? late_at : usec_add(now, POLL_USEC);
}

/*
 * Whether there is anything to tell after @told. The number of the same content moves too: it
 * was another one meanwhile, or the daemon has lost its numbers.
 */
static bool is_news(const struct picture *told, const struct picture *picture)
{
        const cfgw_status *before = &told->status, *now = &picture->status;

        return !status_equal(before, now) || before->generation != now->generation ||
               before->epoch != now->epoch || !picture_same_content(told, picture);
}

/* Compares what was told of one subscription with what there is to tell. 1: an event. */
static int compare(struct events *events, struct subscription *subscription, uint64_t now,
                   cfgw_event **ret)
{
        _cleanup_(picture_unref_p) struct picture *picture = view_get(subscription->view);
        struct picture *told = subscription->told;
        int r = 0;

        if (!picture->live)
                events->look_at = MIN(events->look_at, MAX(view_look_at(subscription->view),
                                                           usec_add(now, LOOK_MIN_USEC)));
        if (picture == told)
                return 0;
        if (!told || is_news(told, picture)) {
                r = event_new(subscription, picture, ret);
                if (r < 0)
                        return r;
                r = 1;
        }
        subscription->told = STEAL(picture);
        picture_unref(told);
        return r;
}

PUBLIC int cfgw_client_process(cfgw_client *client, cfgw_event **ret)
{
        struct events *events;
        uint64_t now;
        int r;

        if (!ret)
                return -EINVAL;
        r = get_events(client, &events);
        if (r < 0)
                return r;
        now = now_usec();
        tend_subscriber(client, events, now);
        if (events->next >= events->count && now >= events->look_at) {
                events->look_at = next_look(events, now);
                add_listed(client, events, now);
                events->next = 0;
        }
        for (int i = 0; i < COMPARE_MAX && events->next < events->count; i++) {
                r = compare(events, &events->subscriptions[events->next], now, ret);
                if (r < 0)
                        return r;
                events->next++;
                if (r > 0)
                        return r;
        }
        return 0;
}

/* ----------------------------------------------------------------- waiting */

PUBLIC int cfgw_client_get_fd(cfgw_client *client)
{
        struct events *events;
        int r;

        r = get_events(client, &events);
        return r < 0 ? r : events->epoll;
}

PUBLIC int cfgw_client_get_events(cfgw_client *client)
{
        struct events *events;
        int r;

        r = get_events(client, &events);
        return r < 0 ? r : POLLIN;
}

static uint64_t deadline(const struct events *events)
{
        uint64_t subscriber = events->subscriber ? usec_add(events->heard_at, BOARD_SILENCE_USEC)
                                                 : events->subscribe_at;

        if (events->next < events->count) /* a look is under way */
                return 0;
        return MIN(events->look_at, subscriber);
}

PUBLIC int cfgw_client_get_timeout(cfgw_client *client, uint64_t *ret_usec)
{
        struct events *events;
        int r;

        if (!ret_usec)
                return -EINVAL;
        r = get_events(client, &events);
        if (r < 0)
                return r;
        *ret_usec = deadline(events);
        return 0;
}

PUBLIC int cfgw_client_wait(cfgw_client *client, uint64_t timeout_usec)
{
        struct events *events;
        uint64_t now, until;
        struct pollfd pollfd;
        int r;

        r = get_events(client, &events);
        if (r < 0)
                return r;
        now = now_usec();
        until = usec_add(now, timeout_usec);
        pollfd = (struct pollfd){.fd = events->epoll, .events = POLLIN};
        r = poll(&pollfd, 1, poll_timeout(MIN(until, deadline(events)), now));
        if (r > 0)
                return 1;
        if (r < 0)
                return errno == EINTR ? 0 : -errno;
        return now_usec() >= deadline(events);
}
