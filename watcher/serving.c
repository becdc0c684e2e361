/* SPDX-License-Identifier: MIT */
/*
 * Between the control socket, which knows peers and their patience, and the domains, which
 * know no peer. The one thing that is kept here is which domains somebody waits for: a sync
 * is noted, the settle machine is told to look, and when a look has decided, one answer goes
 * to all who wait for that domain.
 */
#include "serving.h"

#include "control.h"
#include "daemon_status.h"
#include "history_entry.h"
#include "names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct serving {
        struct served served;
        struct control *control;
        bool *asked; /* a sync of this domain waits for the settle machine */
};

/* The index of the domain @name, or the count of domains. */
static size_t find(const struct serving *serving, const char *name)
{
        size_t i = 0;

        while (i < serving->served.count && strcmp(serving->served.domains[i]->name, name) != 0)
                i++;
        return i;
}

/* --------------------------------------------------------------------- sync */

/* Of what may be amiss with our directories, some would say something else to who has asked. */
static int store_error(const struct domain *domain)
{
        switch (domain->store_error) {
        case -ENOENT: /* "no such domain" */
        case -EACCES: /* "you may not ask" */
        case -EPERM:
                return -EIO;
        default:
                return domain->store_error;
        }
}

static void answer(struct serving *serving, const struct domain *domain)
{
        int error = 0;

        if (domain->state == CFGW_STATE_UNSTORED)
                error = store_error(domain);
        else if (domain->generation == 0)
                error = -ENODATA;
        control_reply_sync(serving->control, domain->name, error, domain->generation);
}

static bool is_decided(const struct domain *domain)
{
        return !domain->settle.dirty || domain->state == CFGW_STATE_UNSTORED;
}

void serving_answer_syncs(struct serving *serving)
{
        for (size_t i = 0; i < serving->served.count; i++) {
                const struct domain *domain = serving->served.domains[i];

                if (!serving->asked[i] || !is_decided(domain))
                        continue;
                serving->asked[i] = false;
                answer(serving, domain);
        }
}

/* The events of every edit before the call are readable by now: inotify queues synchronously. */
static int on_sync(void *userdata, const char *name)
{
        struct serving *serving = userdata;
        size_t i = find(serving, name);

        if (i == serving->served.count)
                return -ENOENT;
        serving->asked[i] = true;
        if (*serving->served.watch)
                watch_dispatch(*serving->served.watch);
        settle_sync(&serving->served.domains[i]->settle, now_usec());
        return 0;
}

/* ------------------------------------------------------------------- status */

static char *on_status(void *userdata, bool trusted)
{
        const struct serving *serving = userdata;
        const struct served *served = &serving->served;
        const struct publisher *publisher = announcer_publisher(served->announcer);
        struct daemon_facts facts = {
                .runtime_directory = served->options->runtime_directory,
                .state_directory = served->options->state_directory,
                .uptime_usec = now_usec() - served->started,
                .audience = trusted ? access_private() : announcer_access(served->announcer),
                .has_inotify = *served->watch != NULL,
                .publisher_pid = publisher_pid(publisher),
                .publisher_restarts = publisher_restarts(publisher),
        };

        return daemon_status_json(&facts, served->domains, served->count);
}

/* ------------------------------------------------------------------ history */

static int on_history(void *userdata, const char *name, size_t count, char **ret_json)
{
        const struct serving *serving = userdata;
        size_t i = find(serving, name);

        if (i == serving->served.count)
                return -ENOENT;
        return daemon_status_history(serving->served.domains[i], count, ret_json);
}

/* The answer to "content" but for the content, as client/protocol.h has it. */
static char *content_head(const struct domain *domain, const struct history_entry *entry)
{
        char digest[DIGEST_HEX_SIZE];

        hex_encode(entry->digest.bytes, DIGEST_SIZE, digest);
        return format_string("ok %zu %s %016" PRIx64 " %" PRIu64 " %s %zu\n%s", entry->size, digest,
                             history_epoch(domain->history), entry->accepted_usec,
                             format_name(domain->rules.format), strlen(domain->path), domain->path);
}

/*
 * Who may read it is who could read it when it was accepted and may read what is in force:
 * neither of the two notes knows what the other says of him. That is looked at when he asks.
 */
static int on_content(void *userdata, const struct request *request, const struct peer *peer,
                      struct reply *ret)
{
        const struct serving *serving = userdata;
        size_t i = find(serving, request->domain);
        _cleanup_close_ int fd = -1;
        const struct domain *domain;
        struct history_entry entry;
        char *head;
        int r;

        if (i == serving->served.count)
                return -ENOENT;
        domain = serving->served.domains[i];
        r = history_entry_open(domain->history, request->number, &entry, &fd);
        if (r < 0)
                return r;
        if (!peer_may_read(peer, entry.access) || !peer_may_read(peer, domain->access))
                return -EACCES;
        if (entry.size > PARSE_SIZE_MAX) /* nothing larger was ever accepted */
                return -EBADMSG;
        head = content_head(domain, &entry);
        if (!head)
                return -ENOMEM;
        *ret = reply_of_text(head);
        ret->file = steal_fd(&fd);
        ret->file_size = entry.size;
        return 0;
}

/* --------------------------------------------------------------- the socket */

int serving_new(const struct served *served, struct serving **ret)
{
        _cleanup_(serving_free_p) struct serving *serving = calloc(1, sizeof(*serving));
        const struct control_handlers handlers = {on_sync, on_status, on_history, on_content,
                                                  serving};
        struct access access = announcer_access(served->announcer);
        int r;

        if (!serving)
                return -ENOMEM;
        serving->served = *served;
        serving->asked = calloc(served->count, sizeof(*serving->asked));
        if (!serving->asked)
                return -ENOMEM;
        r = control_new(served->options->runtime_directory, &access, &handlers, &serving->control);
        if (r < 0)
                return r;
        *ret = STEAL(serving);
        return 0;
}

struct serving *serving_free(struct serving *serving)
{
        if (!serving)
                return NULL;
        control_free(serving->control);
        free(serving->asked);
        free(serving);
        return NULL;
}

int serving_set_access(struct serving *serving, struct access access)
{
        return control_set_access(serving->control, access);
}

int serving_fd(const struct serving *serving)
{
        return control_fd(serving->control);
}

uint64_t serving_deadline(const struct serving *serving)
{
        return control_deadline(serving->control);
}

void serving_dispatch(struct serving *serving, uint64_t now)
{
        control_dispatch(serving->control, now);
}
