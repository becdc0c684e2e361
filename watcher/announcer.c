/* SPDX-License-Identifier: MIT */
/*
 * The board and the event socket are shared by the clients of all domains, but the sources
 * may be for different readers. So they are for the widest of those (access_widest()), and
 * what could quote from a file, the reason why it is refused, is told there only if
 * everybody who can hear it may read that file. Numbers, states and digests are told in any
 * case; contents only in each domain's own directory, which has its source's mode.
 */
#include "announcer.h"

#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* There was no room for a board; the log tells each time. */
#define AGAIN_USEC (10 * USEC_PER_SEC)

struct announcer {
        const char *runtime_directory;
        struct domain *const *domains;
        size_t count;
        struct access access;
        uint64_t again_usec; /* when to try again to follow the sources' modes */
        struct board_writer *board;
        struct publisher *publisher;
};

static struct access shared_access(const struct announcer *announcer)
{
        struct access access = access_private();

        for (size_t i = 0; i < announcer->count; i++)
                access = access_widest(access, announcer->domains[i]->access);
        return access;
}

static int make_board(struct announcer *announcer, struct board_writer **ret)
{
        _cleanup_free_ const char **names = calloc(announcer->count, sizeof(char *));

        if (!names)
                return -ENOMEM;
        for (size_t i = 0; i < announcer->count; i++)
                names[i] = announcer->domains[i]->name;
        return board_writer_new(announcer->runtime_directory, &announcer->access, names,
                                announcer->count, ret);
}

int announcer_new(const char *runtime_directory, const char *helper, struct domain *const *domains,
                  size_t count, struct announcer **ret)
{
        _cleanup_(announcer_free_p) struct announcer *announcer = calloc(1, sizeof(*announcer));
        int r;

        if (!announcer)
                return -ENOMEM;
        announcer->domains = domains;
        announcer->count = count;
        announcer->access = shared_access(announcer);
        announcer->runtime_directory = runtime_directory;
        r = make_board(announcer, &announcer->board);
        if (r < 0) {
                log_error("cannot make the board in %s: %s; without it nobody can be told of "
                          "anything",
                          runtime_directory, strerror(-r));
                return r;
        }
        r = publisher_new(runtime_directory, helper, &announcer->access, count, now_usec(),
                          &announcer->publisher);
        if (r < 0) {
                log_error("cannot open the event socket in %s: %s", runtime_directory,
                          strerror(-r));
                return r;
        }
        *ret = STEAL(announcer);
        return 0;
}

struct announcer *announcer_free(struct announcer *announcer)
{
        if (!announcer)
                return NULL;
        publisher_free(announcer->publisher);
        board_writer_free(announcer->board);
        free(announcer);
        return NULL;
}

struct access announcer_access(const struct announcer *announcer)
{
        return announcer->access;
}

struct publisher *announcer_publisher(const struct announcer *announcer)
{
        return announcer->publisher;
}

static void tell_board(struct announcer *announcer, size_t i)
{
        const struct domain *domain = announcer->domains[i];
        struct board_entry entry = {
                .generation = domain->generation,
                .epoch = history_epoch(domain->history),
                .since_usec = domain->since_usec,
                .state = domain->state,
                .line = domain->line,
                .digest = domain->digest,
        };

        snprintf(entry.reason, sizeof(entry.reason), "%s",
                 domain_public_reason(domain, announcer->access));
        board_writer_set(announcer->board, i, &entry);
}

static void tell_subscribers(struct announcer *announcer, size_t i, enum message_kind kind,
                             uint64_t now)
{
        const struct domain *domain = announcer->domains[i];
        struct message message = {
                .kind = kind,
                .state = domain->state,
                .generation = domain->generation,
                .epoch = history_epoch(domain->history),
                .digest = domain->digest,
                .line = domain->line,
        };

        snprintf(message.domain, sizeof(message.domain), "%s", domain->name);
        snprintf(message.reason, sizeof(message.reason), "%s",
                 domain_public_reason(domain, announcer->access));
        publisher_tell(announcer->publisher, i, &message, now);
}

void announcer_tell(struct announcer *announcer, size_t i, enum domain_news news, uint64_t now)
{
        if (news == DOMAIN_NOTHING)
                return;
        tell_board(announcer, i);
        tell_subscribers(announcer, i, news == DOMAIN_NEW_CONTENT ? MESSAGE_CHANGE : MESSAGE_STATE,
                         now);
}

int announcer_show(struct announcer *announcer, uint64_t now)
{
        for (size_t i = 0; i < announcer->count; i++) {
                tell_board(announcer, i);
                tell_subscribers(announcer, i,
                                 announcer->domains[i]->accepted ? MESSAGE_CHANGE : MESSAGE_STATE,
                                 now);
        }
        return board_writer_publish(announcer->board, now);
}

/*
 * A new board takes the place of the old one: who has that mapped could read there whatever
 * is told from now on, also if he is shut out now.
 */
static int replace_board(struct announcer *announcer, uint64_t now)
{
        _cleanup_(board_writer_free_p) struct board_writer *old = NULL;
        struct board_writer *board;
        int r;

        r = make_board(announcer, &board);
        if (r < 0)
                return r;
        old = announcer->board;
        announcer->board = board;
        for (size_t i = 0; i < announcer->count; i++)
                tell_board(announcer, i);
        r = board_writer_publish(board, now);
        if (r < 0) {
                announcer->board = old;
                old = board;
        }
        return r;
}

int announcer_follow_access(struct announcer *announcer, uint64_t now)
{
        struct access access = shared_access(announcer), before = announcer->access;
        int r;

        if (access_equal(access, before) || now < announcer->again_usec)
                return 0;
        announcer->access = access;
        r = replace_board(announcer, now);
        if (r < 0) {
                announcer->access = before; /* of those who can read what is told meanwhile */
                announcer->again_usec = usec_add(now, AGAIN_USEC);
                return r;
        }
        r = publisher_set_access(announcer->publisher, access, !access_covers(access, before), now);
        return r < 0 ? r : 1;
}

void announcer_beat(struct announcer *announcer, uint64_t now)
{
        board_writer_beat(announcer->board, now);
        publisher_heartbeat(announcer->publisher, now);
}
