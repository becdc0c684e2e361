/* SPDX-License-Identifier: MIT */
/*
 * The reader: a thread's own handle, so that a lookup shares no line that is written with
 * any other thread. It holds a reference to the picture it showed last, and from that it
 * answers as long as two loads say that nothing has changed:
 *
 *   live    the slot's generation is the one it has (acquire: the guarantee is about
 *           generations that were public when the call was made), and the daemon showed
 *           life not long ago
 *   own     the view shows the same picture, what that was taken from is as it was, and the
 *           view does not ask to be looked after. The view's picture cannot be another one
 *           at the same address, since the reader holds a reference to its own.
 *
 * All else goes through the view, under its lock.
 */
#include "view.h"

#include <errno.h>

struct cfgw_reader {
        struct picture *picture;
        struct view *view;
        cfgw_client *client;
};

PUBLIC int cfgw_reader_new(cfgw_client *client, const char *domain, cfgw_reader **ret)
{
        cfgw_reader *reader;
        int r;

        if (!client || !domain || !domain_name_valid(domain) || !ret)
                return -EINVAL;
        reader = calloc(1, sizeof(*reader));
        if (!reader)
                return -ENOMEM;
        r = client_view(client, domain, &reader->view);
        if (r < 0) {
                free(reader);
                return r;
        }
        reader->client = cfgw_client_ref(client);
        *ret = reader;
        return 0;
}

PUBLIC cfgw_reader *cfgw_reader_free(cfgw_reader *reader)
{
        if (!reader)
                return NULL;
        picture_unref(reader->picture);
        cfgw_client_unref(reader->client);
        free(reader);
        return NULL;
}

static bool is_current(const cfgw_reader *reader)
{
        const struct picture *picture = reader->picture;
        const struct view *view = reader->view;
        uint64_t now;

        if (!picture)
                return false;
        now = now_coarse_usec();
        if (picture->live)
                return atomic_load_explicit(&picture->slot->generation, memory_order_acquire) ==
                               picture->generation &&
                       board_is_alive(picture->board, now);
        return atomic_load_explicit(&view->picture, memory_order_acquire) == picture &&
               now < view_look_at(view) && picture_source_is_same(picture, now);
}

/*
 * Whether the content in hand may be given out although the view wants to be looked after:
 * no daemon has made anything public since it was taken.
 */
static bool is_good_enough(const cfgw_reader *reader)
{
        const struct picture *picture = reader->picture;

        return picture && picture->config && !picture->live &&
               picture_source_is_same(picture, now_coarse_usec());
}

static void refresh(cfgw_reader *reader)
{
        struct picture *old = reader->picture;

        if (!is_good_enough(reader))
                lock_acquire(&reader->view->lock);
        else if (!lock_try(&reader->view->lock))
                return; /* somebody else is reading the file: no need to wait for that */
        reader->picture = view_refresh(reader->view);
        lock_release(&reader->view->lock);
        picture_unref(old);
}

PUBLIC int cfgw_reader_config(cfgw_reader *reader, const cfgw_config **ret)
{
        if (!reader || !ret)
                return -EINVAL;
        if (!is_current(reader))
                refresh(reader);
        if (!reader->picture->config)
                return -ENODATA;
        *ret = reader->picture->config;
        return 0;
}

PUBLIC int cfgw_reader_status(cfgw_reader *reader, cfgw_status **ret)
{
        struct picture *old;

        if (!reader || !ret)
                return -EINVAL;
        old = reader->picture;
        reader->picture = view_get(reader->view);
        picture_unref(old);
        return status_copy(&reader->picture->status, ret);
}
