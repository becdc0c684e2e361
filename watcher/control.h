/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CONTROL_H
#define CFGWATCH_CONTROL_H

/*
 * The control socket: peers and their requests. client/protocol.h says what is said there.
 *
 * Requests, clients and time are bounded; a peer that does not keep to it loses his
 * connection and nobody else notices. One private epoll fd stands for all of it.
 */

#include "access.h"
#include "peer.h"
#include "protocol.h"
#include "reply.h"
#include "request.h"
#include "util.h"

#define CONTROL_CLIENTS_MAX 64      /* the oldest idle one, or who takes nothing, makes room */
#define CONTROL_WAITING_MAX 48      /* for a sync: the rest of the places is for others */
#define CONTROL_WAITING_USER_MAX 32 /* ... of one user: another one can wait as well */
#define CONTROL_REQUEST_USEC (5 * USEC_PER_SEC) /* to send a request */
#define CONTROL_REPLY_USEC (30 * USEC_PER_SEC)  /* to get the answer, and between two pieces */

struct control;

struct control_handlers {
        /*
         * Somebody waits for a fresh look at @domain: calls control_reply_sync() now or later.
         * -errno is the answer to him alone.
         */
        int (*sync)(void *userdata, const char *domain);
        /*
         * The report: JSON text that control frees; NULL without memory. @trusted: for root or
         * the daemon's own user, who may read every file.
         */
        char *(*status)(void *userdata, bool trusted);
        /* The newest @count entries of what was: such text as well. -errno is the answer. */
        int (*history)(void *userdata, const char *domain, size_t count, char **ret_json);
        /* What was accepted as @request's generation, for @peer: all of the answer. */
        int (*content)(void *userdata, const struct request *request, const struct peer *peer,
                       struct reply *ret);
        void *userdata;
};

/* Replaces a stale socket file; the daemon holds the lock of the runtime directory. */
int control_new(const char *runtime_directory, const struct access *access,
                const struct control_handlers *handlers, struct control **ret);
struct control *control_free(struct control *control); /* removes the socket file */
DEFINE_CLEANUP(struct control *, control_free);

/* From now on requests are taken from those whom @access lets in. */
int control_set_access(struct control *control, struct access access);

int control_fd(const struct control *control);
uint64_t control_deadline(const struct control *control);
void control_dispatch(struct control *control, uint64_t now);

/* Answers all who wait for a sync of @domain, if any: @error 0 and the generation, or -errno. */
void control_reply_sync(struct control *control, const char *domain, int error,
                        uint64_t generation);

#endif
