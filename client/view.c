/* SPDX-License-Identifier: MIT */
/*
 * The view
 * ========
 *
 * A view shows one picture. It comes about in one of two ways:
 *
 *   live    A daemon lives, and its slot for the domain can be followed: content is the
 *           snapshot of the slot's generation, status is what the slot says.
 *   own     No daemon lives, or it cannot be followed: it does not know the domain, its
 *           snapshot is not for us to read or is damaged. Content in hand stays in force
 *           at once, and the file is read by the library itself (own.c).
 *
 * A picture is up to date as long as
 *
 *   live    the board is alive and the slot's `changes` has not moved
 *   own     life and `change` of the board are as they were, and `look_at` is not reached
 *
 * which a thread checks without the lock, by loads. A dead board cannot say that there is a
 * new one, but the daemon that makes the new one marks the old one, and `change` moves. For
 * the cases where it could not (the file was removed, or never was there) the board is
 * looked for every CLIENT_BOARD_USEC.
 *
 * Never back. Within one epoch a generation that the view has shown is not followed by an
 * older one of a daemon: all changes are made under the lock, from slots that only rise. If
 * a daemon has lost some of its numbers all the same (its state was restored from a backup),
 * it is not followed; the file itself is read until it has caught up. And a daemon that has
 * just started and has not looked at the file yet does not replace what was read from the
 * file while there was no daemon.
 *
 * What happens under the lock: load the old picture; make a new one aside, perhaps with a
 * new snapshot, perhaps by reading the file; store `look_at` = 0, the picture, `look_at`.
 * A child forked in between finds the old or the new picture, each whole, and at worst looks
 * once more. Readers keep references, so a picture goes when its last user lets go of it.
 * The stores are release and the loads acquire: who sees the pointer sees the picture.
 */
#include "view.h"

#include "follow.h"
#include "own.h"

#include <errno.h>
#include <string.h>

int view_new(cfgw_client *client, const char *domain, struct view **ret)
{
        struct view *view = calloc(1, sizeof(*view));
        struct picture *picture;
        int r;

        if (!view)
                return -ENOMEM;
        r = picture_new(NULL, &picture);
        if (r < 0) {
                free(view);
                return r;
        }
        view->client = client;
        strcpy(view->domain, domain);
        atomic_init(&view->picture, picture);
        *ret = view;
        return 0;
}

struct view *view_free(struct view *view)
{
        if (!view)
                return NULL;
        picture_unref(atomic_load_explicit(&view->picture, memory_order_relaxed));
        free(view->source);
        free(view);
        return NULL;
}

/* --------------------------------------------------------------------- own */

/* What was said of the file while a daemon lived, in the terms of the own reading. */
static void loosen_status(cfgw_status *status)
{
        if (status->freshness == CFGW_FRESHNESS_LIVE)
                status->freshness = CFGW_FRESHNESS_OWN;
        if (status->state == CFGW_STATE_VALID)
                status->reason[0] = '\0'; /* of explain() */
}

/* What was last read tells where the file is and how it is written. */
static struct own_file file_of(const struct view *view, const struct picture *picture)
{
        struct own_file file = {view->domain, view->source, view->format};

        if (picture->config) {
                file.path = cfgw_config_path(picture->config);
                file.format = cfgw_config_format(picture->config);
        }
        return file;
}

/* What an error means that one of the daemon's files was met with. */
static const char *describe(int error)
{
        switch (error) {
        case -EBADMSG:
                return "damaged";
        case -EPERM:
                return "somebody else could have written it";
        case -EPROTONOSUPPORT:
                return "of another version";
        case -EAGAIN:
                return "half written";
        default:
                return strerrordesc_np(-error);
        }
}

/* Says in the status why the daemon, which lives, is not followed. */
static void explain(cfgw_status *status, const struct picture *picture, int error)
{
        if (!picture->slot)
                status_set_reason(status, "the daemon does not watch it");
        else if (error != -ESTALE)
                status_set_reason(status, "the daemon's snapshot cannot be used: %s",
                                  describe(error));
}

static void show_nothing(struct picture *picture, int board_error, int error)
{
        cfgw_status *status = &picture->status;

        *status = (cfgw_status){.state = CFGW_STATE_UNKNOWN};
        if (picture->alive)
                explain(status, picture, error);
        else if (picture->board || board_error == -ENOENT)
                status_set_reason(status, "no daemon runs, and no source is known");
        else
                status_set_reason(status, "the daemon's board cannot be used: %s",
                                  describe(board_error));
}

/* Makes @picture what the library reads by itself. */
static int read_own(struct view *view, struct picture *picture, int board_error, int error,
                    uint64_t now)
{
        /* Relaxed: a number of its own. */
        uint64_t ttl = atomic_load_explicit(&view->client->ttl_usec, memory_order_relaxed);
        struct own_file file = file_of(view, picture);
        int r;

        picture->live = false;
        loosen_status(&picture->status);
        if (!file.path) {
                show_nothing(picture, board_error, error);
                return 0;
        }
        if (!picture->own_active)
                own_begin(picture, ttl, now);
        r = own_look(picture, &file, ttl, now);
        if (r < 0)
                return r;
        if (picture->alive && picture->status.state == CFGW_STATE_VALID)
                explain(&picture->status, picture, error);
        return 0;
}

/* ----------------------------------------------------------------- refresh */

/* Whether the board, dead by now, is another one than @old was taken from, or said more. */
static bool has_news(const struct picture *picture, const struct picture *old)
{
        return old->alive || picture->board != old->board || picture->change != old->change;
}

static int make_picture(struct view *view, const struct picture *old, uint64_t now,
                        struct picture **ret, uint64_t *ret_look_at)
{
        _cleanup_(picture_unref_p) struct picture *picture = NULL;
        _cleanup_(board_unref_p) struct board *board = NULL;
        struct board_look look;
        int r, error = -ENOTCONN;

        r = picture_new(old, &picture);
        if (r < 0)
                return r;
        look = client_board(view->client, now);
        board = look.board;
        picture_set_board(picture, board, view->domain);
        picture->change = look.change;
        picture->alive = board && board_is_alive(board, now);
        if (picture->alive) {
                error = follow_live(picture, view->client->runtime_directory, view->domain);
                look.look_at = usec_add(now, CLIENT_BOARD_USEC);
        } else if (has_news(picture, old))
                follow_leftover(picture, view->client->runtime_directory, view->domain);
        if (error < 0) {
                r = read_own(view, picture, look.error, error, now);
                if (r < 0)
                        return r;
        }
        if (picture->own_active)
                look.look_at = MIN(look.look_at, settle_deadline(&picture->own));
        picture->status.generation = cfgw_config_generation(picture->config);
        picture->status.epoch = cfgw_config_epoch(picture->config);
        *ret_look_at = look.look_at;
        *ret = STEAL(picture);
        return 0;
}

/* Under the lock. */
static void replace(struct view *view, struct picture *old, uint64_t now)
{
        struct picture *picture;
        uint64_t look_at;

        if (make_picture(view, old, now, &picture, &look_at) < 0) {
                /* Out of memory: what there is stays for some time. */
                atomic_store_explicit(&view->look_at, usec_add(now, CLIENT_BOARD_USEC),
                                      memory_order_release);
                return;
        }
        atomic_store_explicit(&view->look_at, 0, memory_order_release);
        atomic_store_explicit(&view->picture, picture, memory_order_release);
        atomic_store_explicit(&view->look_at, look_at, memory_order_release);
        picture_unref(old);
}

struct picture *view_refresh(struct view *view)
{
        uint64_t now = now_usec();
        struct picture *picture = atomic_load_explicit(&view->picture, memory_order_relaxed);

        if (!picture_source_is_same(picture, now) || (!picture->live && now >= view_look_at(view)))
                replace(view, picture, now);
        return picture_ref(atomic_load_explicit(&view->picture, memory_order_relaxed));
}

struct picture *view_get(struct view *view)
{
        LOCK_SCOPE(&view->lock);

        return view_refresh(view);
}
