/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_VIEW_H
#define CFGWATCH_VIEW_H

/*
 * The view: what this process knows of one domain, shared by all its readers. It shows a
 * picture at any time and replaces it when there is something newer. The essay is in view.c.
 */

#include "client.h"
#include "picture.h"

struct view {
        cfgw_client *client; /* which owns it */
        struct view *next;
        char *source;       /* cfgw_client_set_source(), or NULL */
        cfgw_format format; /* ... and cfgw_client_set_format() */
        bool has_format;    /* it was called */
        bool used;          /* by a reader or a subscription: both are fixed */
        char domain[DOMAIN_NAME_MAX + 1];

        struct lock lock; /* for all changes of what follows */
        struct picture *_Atomic picture;
        _Atomic uint64_t look_at; /* view_look_at() */
};

int view_new(cfgw_client *client, const char *domain, struct view **ret);
struct view *view_free(struct view *view);
DEFINE_CLEANUP(struct view *, view_free);

/* Brings the view up to date and returns its picture, with a reference. Under the lock. */
struct picture *view_refresh(struct view *view);

/* The same, and takes the lock for it. */
struct picture *view_get(struct view *view);

/* When a picture that is not live is to be looked after. */
static inline uint64_t view_look_at(const struct view *view)
{
        return atomic_load_explicit(&view->look_at, memory_order_acquire);
}

#endif
