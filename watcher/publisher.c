/* SPDX-License-Identifier: MIT */
/*
 * Brings two things together that know nothing of each other: what is due (coalesce.c) and
 * who takes it (helper.c). While the helper is down, stuck or full, messages wait in the
 * coalescer, one a domain and the newest wins; so nothing piles up and nothing is lost but
 * what a newer message has replaced.
 *
 * A new helper is told the state of all domains at once. But its subscribers are not there
 * yet: nanomsg connects them again after some 100 ms, and what is sent before that reaches
 * nobody. Hence the repeats in the first second: without them, somebody who kills the helper
 * in step with the heartbeat would keep subscribers deaf.
 */
#include "publisher.h"

#include "coalesce.h"
#include "helper.h"
#include "socket_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define REPEAT_FIRST_USEC (100 * USEC_PER_MSEC) /* then twice as long each time */
#define REPEAT_LAST_USEC (400 * USEC_PER_MSEC)  /* after which heartbeats do */

/* What the last words may take in all, where the helper is slow to make room for them. */
#define FAREWELL_USEC (100 * USEC_PER_MSEC)

struct publisher {
        char *path;
        ino_t directory;         /* where that is, as we found it */
        struct socket_file file; /* what the helper has made there, if it came so far */
        struct coalescer *coalescer;
        struct helper *helper;
        uint64_t repeat_usec; /* when to repeat for late subscribers, or never */
        uint64_t repeat_gap_usec;
};

/* What the helper is told: where its socket is to be, and for whom. */
struct helper_arguments {
        char gid[24], mode[24];
        const char *list[4];
};

static void fill_arguments(struct helper_arguments *arguments, const struct publisher *publisher,
                           const struct access *access)
{
        snprintf(arguments->gid, sizeof(arguments->gid), "%u", (unsigned int)access->gid);
        snprintf(arguments->mode, sizeof(arguments->mode), "%u", (unsigned int)access->mode);
        arguments->list[0] = publisher->path;
        arguments->list[1] = arguments->gid;
        arguments->list[2] = arguments->mode;
        arguments->list[3] = NULL;
}

/* The inode of the directory that @path is in; 0: not known. */
static ino_t directory_of(const char *path)
{
        _cleanup_free_ char *directory = strndup(path, (size_t)(strrchr(path, '/') - path));
        struct stat found;

        return directory && stat(directory, &found) == 0 ? found.st_ino : 0;
}

int publisher_new(const char *runtime_directory, const char *helper, const struct access *access,
                  size_t domains, uint64_t now, struct publisher **ret)
{
        _cleanup_(publisher_free_p) struct publisher *publisher = calloc(1, sizeof(*publisher));
        struct helper_arguments arguments;
        int r;

        if (!publisher)
                return -ENOMEM;
        publisher->repeat_usec = USEC_NEVER;
        publisher->path = format_string("%s/%s", runtime_directory, EVENT_SOCKET);
        if (!publisher->path)
                return -ENOMEM;
        if (strlen(publisher->path) > EVENT_PATH_MAX)
                return -ENAMETOOLONG;
        publisher->directory = directory_of(publisher->path);
        r = coalescer_new(domains, PUBLISHER_GAP_USEC, &publisher->coalescer);
        if (r < 0)
                return r;
        fill_arguments(&arguments, publisher, access);
        r = helper_new(helper, arguments.list, now, &publisher->helper);
        if (r < 0)
                return r;
        *ret = STEAL(publisher);
        return 0;
}

int publisher_set_access(struct publisher *publisher, struct access access, bool shut_out,
                         uint64_t now)
{
        struct helper_arguments arguments;
        int r;

        fill_arguments(&arguments, publisher, &access);
        r = helper_set_arguments(publisher->helper, arguments.list, shut_out, now);
        if (r < 0 || shut_out)
                return r;
        r = access_apply_socket(publisher->path, access);
        return r == -ENOENT ? 0 : r; /* a helper that is down makes it as it is to be */
}

/* Sends what is due, as far as the helper takes it. */
static int flush(struct publisher *publisher, uint64_t now)
{
        const struct message *message;
        char line[EVENT_SIZE_MAX + 1];
        int r;

        if (!helper_is_writable(publisher->helper))
                return -EAGAIN;
        while ((message = coalescer_next(publisher->coalescer, now))) {
                r = helper_send(publisher->helper, line, message_encode(message, line), now);
                if (r < 0)
                        return r;
                coalescer_sent(publisher->coalescer, now);
        }
        return 0;
}

static void say_farewell(struct publisher *publisher)
{
        uint64_t now = now_usec(), until = usec_add(now, FAREWELL_USEC);

        coalescer_repeat(publisher->coalescer, MESSAGE_FAREWELL, now);
        coalescer_hurry(publisher->coalescer);
        while (flush(publisher, now) == -EAGAIN && now < until) {
                helper_wait_writable(publisher->helper, until - now);
                if (!helper_is_writable(publisher->helper))
                        return;
                now = now_usec();
        }
}

struct publisher *publisher_free(struct publisher *publisher)
{
        if (!publisher)
                return NULL;
        if (publisher->helper) {
                say_farewell(publisher);
                /* It has bound, perhaps, and not said so yet: then there is one in our directory.
                 */
                if (publisher->file.inode == 0 &&
                    directory_of(publisher->path) == publisher->directory)
                        publisher->file = socket_file_at(publisher->path);
                socket_file_remove_own(publisher->path, publisher->file);
                helper_free(publisher->helper);
        }
        coalescer_free(publisher->coalescer);
        free(publisher->path);
        free(publisher);
        return NULL;
}

int publisher_fd(const struct publisher *publisher)
{
        return helper_fd(publisher->helper);
}

uint64_t publisher_deadline(const struct publisher *publisher)
{
        uint64_t deadline = helper_deadline(publisher->helper);

        if (!helper_is_writable(publisher->helper))
                return deadline;
        deadline = MIN(deadline, publisher->repeat_usec);
        return MIN(deadline, coalescer_deadline(publisher->coalescer));
}

static void greet(struct publisher *publisher, uint64_t now)
{
        coalescer_repeat(publisher->coalescer, MESSAGE_HEARTBEAT, now);
        coalescer_hurry(publisher->coalescer);
        publisher->repeat_gap_usec = REPEAT_FIRST_USEC;
        publisher->repeat_usec = usec_add(now, REPEAT_FIRST_USEC);
}

static void repeat(struct publisher *publisher, uint64_t now)
{
        coalescer_repeat(publisher->coalescer, MESSAGE_HEARTBEAT, now);
        publisher->repeat_gap_usec *= 2;
        if (publisher->repeat_gap_usec > REPEAT_LAST_USEC)
                publisher->repeat_usec = USEC_NEVER;
        else
                publisher->repeat_usec = usec_add(now, publisher->repeat_gap_usec);
}

void publisher_dispatch(struct publisher *publisher, uint64_t now)
{
        if (helper_dispatch(publisher->helper, now) == HELPER_READY) {
                publisher->file = socket_file_at(publisher->path);
                greet(publisher, now);
        } else if (now >= publisher->repeat_usec && helper_is_writable(publisher->helper)) {
                repeat(publisher, now);
        }
        flush(publisher, now);
}

void publisher_tell(struct publisher *publisher, size_t i, const struct message *message,
                    uint64_t now)
{
        coalescer_put(publisher->coalescer, i, message, now);
        flush(publisher, now);
}

void publisher_heartbeat(struct publisher *publisher, uint64_t now)
{
        coalescer_repeat(publisher->coalescer, MESSAGE_HEARTBEAT, now);
        flush(publisher, now);
}

pid_t publisher_pid(const struct publisher *publisher)
{
        return helper_pid(publisher->helper);
}

uint64_t publisher_restarts(const struct publisher *publisher)
{
        return helper_restarts(publisher->helper);
}
