/* SPDX-License-Identifier: MIT */
/*
 * The daemon's loop: one thread, one private libev loop, one timer; and beside it one thread that
 * does nothing but wait for the disk (disk.c).
 *
 * Each module that waits for something shows a file descriptor, a deadline, or both, and has
 * a dispatch function. After any wake-up the loop takes one turn: look at the files that are
 * due, with their watches armed again if names moved, answer the syncs that can be answered, beat,
 * and set the timer to the earliest deadline of all. Nothing in a turn blocks on a peer.
 *
 * Order of the start: locks, last good contents, watches, first looks, all of it durable, then the
 * board is renamed into place and the sockets are opened, so nobody ever sees a daemon that
 * has not looked yet. Order of the stop: the control socket, farewell, board STOPPED, locks
 * last.
 *
 * A directory that is removed under the daemon, a domain's too, ends it with an error, since nobody
 * can reach it any more; the service manager's restart makes the directory anew.
 */
#include "daemon.h"

#include "announcer.h"
#include "claim.h"
#include "daemon_status.h"
#include "durability.h"
#include "filesystem.h"
#include "log.h"
#include "notify.h"
#include "serving.h"
#include "watch.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#define WATCH_AGAIN_USEC (5 * USEC_PER_SEC) /* no event can tell when there is one to be had */

/* More wake-ups for nothing than this in the window are noise; then there is some quiet. */
#define NOISE_WAKE_UPS 10
#define NOISE_WINDOW_USEC (10 * USEC_PER_MSEC)
#define NOISE_QUIET_USEC ((useconds_t)200)

struct daemon {
        const struct options *options;
        uint64_t started;
        uint64_t beat_at;

        struct claim runtime, state;
        bool lost; /* one of them is no longer where it was */

        size_t count;
        struct domain **domains;
        bool *moved;         /* arm the watch of this domain again before the next look */
        struct watch *watch; /* NULL: no inotify, because of the next */
        int watch_error;
        uint64_t watch_at; /* when to try again to have one */
        bool hinted;       /* the events that were read concern a domain */
        uint64_t noise_since;
        unsigned int noise; /* wake-ups since then for events that concern nobody */
        struct announcer *announcer;
        struct serving *serving;
        struct durability *durability;

        struct notify notify;
        bool told_ready; /* the service manager has heard that we are */
        struct ev_loop *loop;
        ev_io watch_io, mounts_io, publisher_io, serving_io, durability_io;
        ev_timer timer;
        ev_signal term, interrupt, hangup;
};

/* -------------------------------------------------------------------- telling */

/* Any message may be dropped: READY is said until it is taken, the rest again and again. */
static void tell_manager(struct daemon *daemon)
{
        _cleanup_free_ char *line = daemon_status_line(daemon->domains, daemon->count);
        _cleanup_free_ char *text = format_string(
                "%sWATCHDOG=1\nSTATUS=%s", daemon->told_ready ? "" : "READY=1\n", line ? line : "");

        if (text && notify_send(&daemon->notify, text))
                daemon->told_ready = true;
}

static void tell(struct daemon *daemon, size_t i, enum domain_news news)
{
        if (news == DOMAIN_NOTHING)
                return;
        announcer_tell(daemon->announcer, i, news, now_usec());
        if (news == DOMAIN_NEW_CONTENT) {
                durability_begin(daemon->durability, i);
                domain_finish_accept(daemon->domains[i]);
        }
        tell_manager(daemon);
}

/* The sources' modes may change while we run. */
static void follow_access(struct daemon *daemon)
{
        struct access access;
        int r, q;

        r = announcer_follow_access(daemon->announcer, now_usec());
        if (r == 0)
                return;
        /* All that can follow does: of who else may hear it, nobody asks again. */
        access = announcer_access(daemon->announcer);
        q = access_apply(daemon->runtime.directory, access);
        r = r < 0 ? r : q;
        q = serving_set_access(daemon->serving, access);
        r = r < 0 ? r : q;
        if (r < 0)
                log_error("cannot give %s the mode of the watched files: %s",
                          daemon->options->runtime_directory, strerror(-r));
}

/* -------------------------------------------------------------------- watching */

static void watch_fd_of(struct daemon *daemon, ev_io *io, int fd,
                        void (*on_io)(struct ev_loop *, ev_io *, int))
{
        ev_io_init(io, on_io, fd, EV_READ);
        io->data = daemon;
        ev_io_start(daemon->loop, io);
}

static void take_hint(void *userdata, size_t i, enum settle_hint hint, bool moved)
{
        struct daemon *daemon = userdata;

        daemon->hinted = true;
        if (moved)
                daemon->moved[i] = true;
        settle_hint(&daemon->domains[i]->settle, hint, now_usec());
}

static void turn(struct daemon *daemon);

/*
 * Neighbours of a file may make events by the ten thousand (Proxmox Backup opens its lock
 * file for writing on each lookup). Reading some of them at a time costs a fraction of being
 * woken for each. The pause is too short to be seen by anybody, a tenth of what an edit takes,
 * and shorter than libev's timers can be.
 */
static void bear_noise(struct daemon *daemon, uint64_t now)
{
        if (now - daemon->noise_since > NOISE_WINDOW_USEC) {
                daemon->noise_since = now;
                daemon->noise = 0;
        }
        if (++daemon->noise > NOISE_WAKE_UPS)
                usleep(NOISE_QUIET_USEC);
}

static void on_watch(struct ev_loop *loop, ev_io *io, int events)
{
        struct daemon *daemon = io->data;

        daemon->hinted = false;
        if (watch_dispatch(daemon->watch) > 0)
                log_warning("events came faster than they were read; every file is looked at");
        if (daemon->hinted)
                turn(daemon);
        else
                bear_noise(daemon, now_usec());
}

static void on_mounts(struct ev_loop *loop, ev_io *io, int events)
{
        struct daemon *daemon = io->data;

        watch_mounts_dispatch(daemon->watch);
        turn(daemon);
}

/*
 * Without inotify (the limit of instances, say) every file is polled; this is tried again
 * until there is one.
 */
static void open_watch(struct daemon *daemon, uint64_t now)
{
        int r;

        if (daemon->watch || now < daemon->watch_at)
                return;
        daemon->watch_at = usec_add(now, WATCH_AGAIN_USEC);
        r = watch_new(daemon->count, take_hint, daemon, &daemon->watch);
        if (r < 0) {
                daemon->watch_error = r;
                return;
        }
        watch_fd_of(daemon, &daemon->watch_io, watch_fd(daemon->watch), on_watch);
        watch_fd_of(daemon, &daemon->mounts_io, watch_mounts_fd(daemon->watch), on_mounts);
        for (size_t i = 0; i < daemon->count; i++) {
                daemon->moved[i] = true;
                settle_hint(&daemon->domains[i]->settle, SETTLE_HINT_TOUCHED, now);
        }
}

/* -------------------------------------------------------------------- looking */

/* What could not be watched is polled; what can be again is watched from the next TTL on. */
static void arm(struct daemon *daemon, size_t i, uint64_t now)
{
        struct domain *domain = daemon->domains[i];
        int r;

        daemon->moved[i] = false;
        r = daemon->watch ? watch_arm(daemon->watch, i, domain->path) : daemon->watch_error;
        if (r < 0 && r != domain->watch_error)
                log_warning("%s: cannot watch all of %s: %s; changes are found by polling",
                            domain->name, domain->path, strerror(-r));
        if (r == 0 && domain->watch_error < 0)
                log_notice("%s: %s is watched again", domain->name, domain->path);
        domain->watch_error = r;
        settle_set_blind(&domain->settle, r < 0 || !filesystem_tells_all(domain->path), now);
}

/*
 * Looks if a look is due; armed first, so that nothing happens unseen in between. Not before it is
 * due: whatever moves in quick succession (mounts, which concern every domain) is armed once.
 */
static enum domain_news look(struct daemon *daemon, size_t i)
{
        struct domain *domain = daemon->domains[i];
        uint64_t now = now_usec(); /* the look at another file may have taken long */

        if (settle_deadline(&domain->settle) > now)
                return DOMAIN_NOTHING;
        if (daemon->moved[i] || !domain->settle.dirty)
                arm(daemon, i, now);
        return domain_look(domain, now);
}

static void look_at_all(struct daemon *daemon)
{
        open_watch(daemon, now_usec());
        for (size_t i = 0; i < daemon->count; i++)
                tell(daemon, i, look(daemon, i));
        follow_access(daemon);
}

/* ----------------------------------------------------------------------- loop */

static bool still_claims(const struct claim *claim, const char *path)
{
        if (claim_holds(claim, path))
                return true;
        log_error("%s was removed or replaced; a new start is needed", path);
        return false;
}

static bool has_domains(const struct daemon *daemon)
{
        for (size_t i = 0; i < daemon->count; i++) {
                if (!domain_is_lost(daemon->domains[i]))
                        continue;
                log_error("%s: the directory that its contents are kept in was removed; a new "
                          "start is needed",
                          daemon->domains[i]->name);
                return false;
        }
        return true;
}

static void check_claims(struct daemon *daemon)
{
        if (still_claims(&daemon->runtime, daemon->options->runtime_directory) &&
            still_claims(&daemon->state, daemon->options->state_directory) && has_domains(daemon))
                return;
        daemon->lost = true;
        ev_break(daemon->loop, EVBREAK_ALL);
}

static void beat(struct daemon *daemon, uint64_t now)
{
        if (now < daemon->beat_at)
                return;
        daemon->beat_at = usec_add(now, BOARD_BEAT_USEC);
        announcer_beat(daemon->announcer, now);
        tell_manager(daemon);
        check_claims(daemon);
}

static uint64_t next_deadline(const struct daemon *daemon)
{
        const struct publisher *publisher = announcer_publisher(daemon->announcer);
        uint64_t next = MIN(daemon->beat_at, publisher_deadline(publisher));

        next = MIN(next, serving_deadline(daemon->serving));
        for (size_t i = 0; i < daemon->count; i++)
                next = MIN(next, settle_deadline(&daemon->domains[i]->settle));
        return next;
}

static void turn(struct daemon *daemon)
{
        struct publisher *publisher = announcer_publisher(daemon->announcer);
        uint64_t now, next;

        look_at_all(daemon);
        serving_answer_syncs(daemon->serving);
        now = now_usec();
        if (publisher_deadline(publisher) <= now)
                publisher_dispatch(publisher, now);
        if (serving_deadline(daemon->serving) <= now)
                serving_dispatch(daemon->serving, now);
        beat(daemon, now);

        next = next_deadline(daemon);
        now = now_usec();
        ev_timer_stop(daemon->loop, &daemon->timer);
        ev_now_update(daemon->loop);
        ev_timer_set(&daemon->timer, next > now ? (double)(next - now) / 1e6 : 0., 0.);
        ev_timer_start(daemon->loop, &daemon->timer);
}

static void on_publisher(struct ev_loop *loop, ev_io *io, int events)
{
        struct daemon *daemon = io->data;

        publisher_dispatch(announcer_publisher(daemon->announcer), now_usec());
        turn(daemon);
}

static void on_serving(struct ev_loop *loop, ev_io *io, int events)
{
        struct daemon *daemon = io->data;

        serving_dispatch(daemon->serving, now_usec());
        turn(daemon);
}

static void on_durability(struct ev_loop *loop, ev_io *io, int events)
{
        struct daemon *daemon = io->data;

        durability_dispatch(daemon->durability);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
        turn(timer->data);
}

static void on_stop(struct ev_loop *loop, ev_signal *signal, int events)
{
        log_notice("stopping on signal %d", signal->signum);
        ev_break(loop, EVBREAK_ALL);
}

static void on_hangup(struct ev_loop *loop, ev_signal *signal, int events)
{
        struct daemon *daemon = signal->data;

        log_notice("looking at every file on SIGHUP");
        for (size_t i = 0; i < daemon->count; i++) {
                daemon->moved[i] = true;
                settle_recheck(&daemon->domains[i]->settle, now_usec());
        }
        turn(daemon);
}

static void watch_signal(struct daemon *daemon, ev_signal *watcher, int number,
                         void (*on_signal)(struct ev_loop *, ev_signal *, int))
{
        ev_signal_init(watcher, on_signal, number);
        watcher->data = daemon;
        ev_signal_start(daemon->loop, watcher);
}

static void start_loop(struct daemon *daemon)
{
        const struct publisher *publisher = announcer_publisher(daemon->announcer);

        watch_fd_of(daemon, &daemon->publisher_io, publisher_fd(publisher), on_publisher);
        watch_fd_of(daemon, &daemon->serving_io, serving_fd(daemon->serving), on_serving);
        if (durability_fd(daemon->durability) >= 0)
                watch_fd_of(daemon, &daemon->durability_io, durability_fd(daemon->durability),
                            on_durability);
        ev_timer_init(&daemon->timer, on_timer, 0., 0.);
        daemon->timer.data = daemon;
}

/* ---------------------------------------------------------------------- start */

static int failed(const char *what, const char *path, int error)
{
        log_error("cannot %s %s: %s", what, path, strerror(-error));
        return error;
}

/* @before: the board of an earlier daemon, or NULL. */
static int open_domain(struct daemon *daemon, const struct board *before,
                       const struct domain_options *given, struct domain **ret)
{
        const struct board_slot *slot = before ? board_find(before, given->name) : NULL;
        struct domain_options options = *given;
        struct board_entry told;

        if (slot && board_slot_read(slot, &told) == 0)
                options.told = &told;
        return domain_new(&options, daemon->state.directory, daemon->runtime.directory,
                          daemon->started, ret);
}

static int open_domains(struct daemon *daemon)
{
        _cleanup_(board_unref_p) struct board *before = NULL;
        const struct options *options = daemon->options;

        daemon->domains = calloc(options->count, sizeof(struct domain *));
        daemon->moved = calloc(options->count, sizeof(bool));
        if (!daemon->domains || !daemon->moved)
                return -ENOMEM;
        board_open(options->runtime_directory, &before); /* there may be none, or none of use */
        for (size_t i = 0; i < options->count; i++) {
                int r = open_domain(daemon, before, &options->domains[i], &daemon->domains[i]);

                if (r < 0) {
                        log_error("cannot keep the contents of domain %s in %s and %s: %s",
                                  options->domains[i].name, options->state_directory,
                                  options->runtime_directory, strerror(-r));
                        return r;
                }
                daemon->moved[i] = true;
                daemon->count++;
        }
        return 0;
}

static int open_serving(struct daemon *daemon)
{
        const char *runtime = daemon->options->runtime_directory;
        const struct served served = {
                .options = daemon->options,
                .started = daemon->started,
                .domains = daemon->domains,
                .count = daemon->count,
                .announcer = daemon->announcer,
                .watch = &daemon->watch,
        };
        int r;

        r = access_apply(daemon->runtime.directory, announcer_access(daemon->announcer));
        if (r < 0)
                return failed("set the mode of", runtime, r);
        r = serving_new(&served, &daemon->serving);
        return r < 0 ? failed("open the control socket in", runtime, r) : 0;
}

/* The first look at every file, before anybody sees the board. */
static int first_looks(struct daemon *daemon)
{
        _cleanup_free_ bool *is_new = calloc(daemon->count, sizeof(bool));

        if (!is_new)
                return -ENOMEM;
        for (size_t i = 0; i < daemon->count; i++)
                is_new[i] = look(daemon, i) == DOMAIN_NEW_CONTENT;
        durability_ensure(daemon->domains, daemon->count, daemon->state.directory);
        for (size_t i = 0; i < daemon->count; i++)
                if (is_new[i])
                        domain_finish_accept(daemon->domains[i]);
        return 0;
}

static int show(struct daemon *daemon)
{
        const char *runtime = daemon->options->runtime_directory;
        int r;

        r = announcer_new(runtime, daemon->options->publisher, daemon->domains, daemon->count,
                          &daemon->announcer);
        if (r < 0)
                return r;
        r = open_serving(daemon);
        if (r < 0)
                return r;
        r = announcer_show(daemon->announcer, now_usec());
        return r < 0 ? failed("show the board in", runtime, r) : 0;
}

static int start(struct daemon *daemon)
{
        int r;

        /* Lease breaks say that a writer came while we probed for one: nothing to do. */
        signal(SIGIO, SIG_IGN);
        signal(SIGPIPE, SIG_IGN);
        /* From now on they wait until the loop runs. */
        watch_signal(daemon, &daemon->term, SIGTERM, on_stop);
        watch_signal(daemon, &daemon->interrupt, SIGINT, on_stop);
        watch_signal(daemon, &daemon->hangup, SIGHUP, on_hangup);
        r = claim_take(daemon->options->runtime_directory, &daemon->runtime);
        if (r == 0)
                r = claim_take(daemon->options->state_directory, &daemon->state);
        if (r == 0)
                r = open_domains(daemon);
        if (r < 0)
                return r;
        open_watch(daemon, now_usec());
        r = first_looks(daemon);
        if (r == 0)
                r = durability_new(daemon->domains, daemon->count, &daemon->durability);
        if (r == 0)
                r = show(daemon);
        if (r == 0)
                start_loop(daemon);
        return r;
}

int daemon_new(const struct options *options, struct daemon **ret)
{
        _cleanup_(daemon_free_p) struct daemon *daemon = calloc(1, sizeof(*daemon));
        int r;

        if (!daemon)
                return -ENOMEM;
        daemon->options = options;
        daemon->started = now_usec();
        daemon->runtime = daemon->state = CLAIM_NONE;
        notify_open(&daemon->notify);
        daemon->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
        if (!daemon->loop)
                return -ENOMEM;
        r = start(daemon);
        if (r < 0)
                return r;
        *ret = STEAL(daemon);
        return 0;
}

int daemon_run(struct daemon *daemon)
{
        turn(daemon);
        log_info("watching %zu domains", daemon->count);
        if (!daemon->lost)
                ev_run(daemon->loop, 0);
        notify_send(&daemon->notify, "STOPPING=1");
        return daemon->lost ? -ESTALE : 0;
}

struct daemon *daemon_free(struct daemon *daemon)
{
        if (!daemon)
                return NULL;
        serving_free(daemon->serving);
        announcer_free(daemon->announcer);
        watch_free(daemon->watch);
        durability_free(daemon->durability);
        for (size_t i = 0; i < daemon->count; i++)
                domain_free(daemon->domains[i]);
        free(daemon->domains);
        free(daemon->moved);
        if (daemon->loop)
                ev_loop_destroy(daemon->loop);
        notify_close(&daemon->notify);
        claim_drop(&daemon->state);
        claim_drop(&daemon->runtime);
        free(daemon);
        return NULL;
}
