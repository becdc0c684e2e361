/* SPDX-License-Identifier: MIT */
/*
 * The client object. Its lock protects which board is the newest, and the list of views; a
 * view has a lock of its own, which is taken first. Both are kept so that a child forked at
 * any moment finds them usable (see lock.c): the board is replaced by one store, and what
 * else there is about it only decides when the next look is due; a view is put on the list
 * by one store and never leaves it.
 */
#include "client.h"

#include "events.h"
#include "view.h"

#include <errno.h>
#include <string.h>

/* Daemons that start one after the other while the board is being opened. */
#define OPEN_TRIES 4

/* A path that stays right when the program changes its directory. */
static int make_absolute(const char *path, char **ret)
{
        _cleanup_free_ char *here = NULL;
        char *absolute;

        if (path[0] == '/')
                absolute = strdup(path);
        else {
                here = getcwd(NULL, 0);
                if (!here)
                        return -errno;
                absolute = format_string("%s/%s", here, path);
        }
        if (!absolute)
                return -ENOMEM;
        *ret = absolute;
        return 0;
}

static int find_runtime_directory(const char *given, char **ret)
{
        _cleanup_free_ char *standard = NULL;

        if (given)
                return make_absolute(given, ret);
        standard = default_runtime_directory(true);
        return standard ? make_absolute(standard, ret) : -ENOMEM;
}

PUBLIC int cfgw_client_new(const char *runtime_directory, cfgw_client **ret)
{
        cfgw_client *client;
        int r;

        if (!ret || (runtime_directory && !*runtime_directory))
                return -EINVAL;
        client = calloc(1, sizeof(*client));
        if (!client)
                return -ENOMEM;
        atomic_init(&client->references, 1);
        atomic_init(&client->ttl_usec, SETTLE_TIMES_DEFAULT.ttl_usec);
        client->pid = getpid();
        client->board_error = -ENOENT;
        r = find_runtime_directory(runtime_directory, &client->runtime_directory);
        if (r < 0) {
                free(client);
                return r;
        }
        *ret = client;
        return 0;
}

PUBLIC cfgw_client *cfgw_client_ref(cfgw_client *client)
{
        /* Relaxed: whoever takes a reference has one already. */
        if (client)
                atomic_fetch_add_explicit(&client->references, 1, memory_order_relaxed);
        return client;
}

PUBLIC cfgw_client *cfgw_client_unref(cfgw_client *client)
{
        struct view *view;

        /* Acquire and release: all uses by other threads come before the free. */
        if (!client || atomic_fetch_sub_explicit(&client->references, 1, memory_order_acq_rel) != 1)
                return NULL;
        events_free(client->events);
        view = atomic_load_explicit(&client->views, memory_order_relaxed);
        while (view) {
                struct view *next = view->next;

                view_free(view);
                view = next;
        }
        board_unref(client->board);
        free(client->runtime_directory);
        free(client);
        return NULL;
}

PUBLIC const char *cfgw_client_get_runtime_directory(const cfgw_client *client)
{
        return client ? client->runtime_directory : NULL;
}

/* ------------------------------------------------------------------- views */

static struct view *find_view(cfgw_client *client, const char *domain)
{
        struct view *view = atomic_load_explicit(&client->views, memory_order_acquire);

        while (view && strcmp(view->domain, domain) != 0)
                view = view->next;
        return view;
}

/* Under the client's lock. */
static int get_view(cfgw_client *client, const char *domain, struct view **ret)
{
        struct view *view = find_view(client, domain);
        int r;

        if (!view) {
                r = view_new(client, domain, &view);
                if (r < 0)
                        return r;
                view->next = atomic_load_explicit(&client->views, memory_order_relaxed);
                /* Release: whoever finds it finds it whole. */
                atomic_store_explicit(&client->views, view, memory_order_release);
        }
        *ret = view;
        return 0;
}

int client_view(cfgw_client *client, const char *domain, struct view **ret)
{
        LOCK_SCOPE(&client->lock);
        int r;

        r = get_view(client, domain, ret);
        if (r == 0)
                (*ret)->used = true;
        return r;
}

static int set_source(cfgw_client *client, const char *domain, char **path)
{
        LOCK_SCOPE(&client->lock);
        struct view *view;
        char *old;
        int r;

        r = get_view(client, domain, &view);
        if (r < 0)
                return r;
        if (view->used)
                return -EBUSY;
        old = view->source;
        view->source = STEAL(*path);
        free(old);
        return 0;
}

PUBLIC int cfgw_client_set_source(cfgw_client *client, const char *domain, const char *path)
{
        _cleanup_free_ char *absolute = NULL;
        int r;

        if (!client || !domain || !domain_name_valid(domain) || !path || !*path)
                return -EINVAL;
        r = make_absolute(path, &absolute);
        if (r < 0)
                return r;
        return set_source(client, domain, &absolute);
}

static int set_format(cfgw_client *client, const char *domain, cfgw_format format)
{
        LOCK_SCOPE(&client->lock);
        struct view *view;
        int r;

        r = get_view(client, domain, &view);
        if (r < 0)
                return r;
        if (view->used)
                return -EBUSY;
        view->format = format;
        view->has_format = true;
        return 0;
}

PUBLIC int cfgw_client_set_format(cfgw_client *client, const char *domain, cfgw_format format)
{
        if (!client || !domain || !domain_name_valid(domain) ||
            (format != CFGW_FORMAT_SECTION_CONFIG && format != CFGW_FORMAT_INI))
                return -EINVAL;
        return set_format(client, domain, format);
}

int client_source(cfgw_client *client, const char *domain, char **path, cfgw_format *format)
{
        LOCK_SCOPE(&client->lock);
        const struct view *view = find_view(client, domain);
        char *copy;

        if (view && view->source) {
                copy = strdup(view->source);
                if (!copy)
                        return -ENOMEM;
                free(*path);
                *path = copy;
        }
        if (view && view->has_format)
                *format = view->format;
        return 0;
}

PUBLIC int cfgw_client_set_ttl(cfgw_client *client, uint64_t ttl_usec)
{
        if (!client || ttl_usec < CLIENT_TTL_MIN_USEC)
                return -EINVAL;
        /* Relaxed: a number of its own. */
        atomic_store_explicit(&client->ttl_usec, ttl_usec, memory_order_relaxed);
        return 0;
}

/* ------------------------------------------------------------------- board */

/* Replaces the board by the one at the path. What cannot be opened leaves it as it is. */
static bool open_newer(cfgw_client *client)
{
        struct board *old = client->board, *board;
        int r;

        r = board_open(client->runtime_directory, &board);
        if (r < 0) {
                client->board_error = r;
                return false;
        }
        client->board = board;
        board_unref(old);
        return true;
}

/*
 * Whether the board needs no look for a newer one: it is alive, or it was found to be the
 * newest after it had shown the same @change, and not long ago. One that is retired shows it
 * by its `change`, and then a newer one is in place already.
 */
static bool is_newest(const cfgw_client *client, uint32_t change, uint64_t now)
{
        if (!client->board)
                return now < client->board_look_at;
        return board_is_alive(client->board, now) ||
               (now < client->board_look_at && change == client->board_change);
}

/*
 * The order matters: `change` first, then the comparison with the file at the path. So a
 * board that is given out was the newest after it had shown that `change`; if another one
 * takes its place, `change` moves, and whoever compares it asks again.
 */
struct board_look client_board(cfgw_client *client, uint64_t now)
{
        LOCK_SCOPE(&client->lock);
        uint32_t change = 0;

        for (int i = 0; i < OPEN_TRIES; i++) {
                change = client->board ? board_change(client->board) : 0;
                if (is_newest(client, change, now))
                        break;
                if ((client->board && board_is_current(client->board, client->runtime_directory)) ||
                    !open_newer(client)) {
                        client->board_change = change;
                        client->board_look_at = usec_add(now, CLIENT_BOARD_USEC);
                        break;
                }
        }
        return (struct board_look){
                .board = client->board ? board_ref(client->board) : NULL,
                .error = client->board_error,
                .change = change,
                .look_at = client->board_look_at,
        };
}

PUBLIC int cfgw_client_list_domains(cfgw_client *client, char ***ret)
{
        _cleanup_(board_unref_p) struct board *board = NULL;
        struct board_look look;
        size_t count, size;
        char **list, *name;

        if (!client || !ret)
                return -EINVAL;
        look = client_board(client, now_usec());
        board = look.board;
        if (!board)
                return look.error;
        count = board_count(board);
        size = (count + 1) * sizeof(*list);
        list = malloc(size + count * (DOMAIN_NAME_MAX + 1));
        if (!list)
                return -ENOMEM;
        name = (char *)list + size;
        for (size_t i = 0; i < count; i++, name += DOMAIN_NAME_MAX + 1)
                list[i] = strcpy(name, board_slot_at(board, i)->name);
        list[count] = NULL;
        *ret = list;
        return 0;
}
