/* SPDX-License-Identifier: MIT */
/*
 * The life of the helper:
 *
 *   DOWN --back-off over--> STARTING -----"ready"----> RUNNING
 *    ^                          |                        |
 *    +-- reaped -- DYING <------+--- its end, or stuck --+
 *
 * Only launch() leaves DOWN, only bury() enters DYING, only reap() leaves it. The socketpair
 * exists in STARTING and RUNNING, the process in all but DOWN.
 *
 * Its end is seen as the end of the stream, since no other process has its side of the
 * socketpair; then it is reaped by its pid and by nothing wider. The exit may come a moment
 * after the end of the stream: until then this looks again each REAP_USEC.
 *
 * Stuck means that for STUCK_USEC nothing of what waits in the socketpair was taken. Only
 * this side adds to that queue, so that any decrease since the last look is progress. The
 * queue is looked at when something is sent: a helper that has nothing to do costs nothing.
 *
 * The back-off doubles for a helper that does not live, so that a peer who knows how to
 * crash it cannot make this process fork all the time, and begins anew for one that was
 * ready for GOOD_LIFE_USEC: being killed once a second must not make it slower to come back.
 */
#include "helper.h"

#include "child.h"
#include "log.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#define RESTART_FIRST_USEC (20 * USEC_PER_MSEC)
#define RESTART_MAX_USEC USEC_PER_SEC
#define GOOD_LIFE_USEC (500 * USEC_PER_MSEC)
#define STUCK_USEC (3 * USEC_PER_SEC) /* a busy machine is slow, but not that slow */
#define REAP_USEC (2 * USEC_PER_MSEC)
#define END_USEC (200 * USEC_PER_MSEC) /* four times what it needs to say farewell */
#define LOG_AGAIN_USEC (60 * USEC_PER_SEC)

/* Why it is down, as far as two deaths in a row are the same for the log. */
#define CAUSE_NONE (-1)
#define CAUSE_START(error) (0x10000 | (error))
#define CAUSE_STUCK 0x20000
#define CAUSE_REPLACED 0x40000

enum helper_state { HELPER_DOWN, HELPER_STARTING, HELPER_RUNNING, HELPER_DYING };

struct helper {
        char **argv; /* the program and its arguments */
        int epoll_fd;
        int fd; /* our end of the socketpair, or -1 */
        enum helper_state state;
        pid_t pid;
        bool full;           /* the queue was found full; EPOLLOUT is asked for */
        int verdict;         /* CAUSE_STUCK or _REPLACED: we have killed it; CAUSE_NONE */
        int queued;          /* bytes that waited for it at the last look */
        uint64_t moved_usec; /* when it last took something, or had nothing to take */
        uint64_t since_usec; /* when it was started; once it is ready: when it became so */
        uint64_t delay_usec; /* the next back-off */
        uint64_t wake_usec;  /* DOWN: when to start it; DYING: when to look again */
        uint64_t starts;
        int logged_cause;
        uint64_t logged_usec;
        bool tell_ready; /* the log spoke of its end, or has not spoken of it at all */
        char words[HELPER_WORDS_MAX + 1]; /* why it gave up, in its own words */
};

static bool is_same_cause(struct helper *helper, int cause, uint64_t now)
{
        if (cause == helper->logged_cause && now < usec_add(helper->logged_usec, LOG_AGAIN_USEC))
                return true;
        helper->logged_cause = cause;
        helper->logged_usec = now;
        helper->tell_ready = true;
        return false;
}

static void log_end(struct helper *helper, int cause, uint64_t now)
{
        int level = is_same_cause(helper, cause, now) ? LOG_DEBUG : LOG_WARNING;
        int pid = (int)helper->pid;

        if (cause == CAUSE_NONE)
                log_line(level, "the publisher (pid %d) has ended", pid);
        else if (cause & CAUSE_START(0))
                log_line(level, "cannot start the publisher %s: %s", helper->argv[0],
                         strerror(cause & 0xffff));
        else if (cause & CAUSE_STUCK)
                log_line(level, "the publisher (pid %d) was stuck and has been killed", pid);
        else if (cause & CAUSE_REPLACED)
                log_info("the publisher (pid %d) is replaced: its arguments have changed", pid);
        else if (WIFSIGNALED(cause))
                log_line(level, "the publisher (pid %d) was killed by signal %d (%s)", pid,
                         WTERMSIG(cause), strsignal(WTERMSIG(cause)));
        else
                log_line(level, "the publisher (pid %d) exited with status %d%s%s", pid,
                         WEXITSTATUS(cause), helper->words[0] ? ": " : "", helper->words);
}

static void schedule(struct helper *helper, uint64_t now)
{
        helper->state = HELPER_DOWN;
        helper->wake_usec = usec_add(now, helper->delay_usec);
        helper->delay_usec = MIN(2 * helper->delay_usec, RESTART_MAX_USEC);
}

static int start(struct helper *helper)
{
        struct epoll_event event = {.events = EPOLLIN};
        _cleanup_close_ int fd = -1;
        pid_t pid;
        int r;

        r = child_start(helper->argv, HELPER_FD, &fd, &pid);
        if (r < 0)
                return r;
        if (epoll_ctl(helper->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
                r = -errno;
                kill(pid, SIGKILL);
                waitpid(pid, NULL, 0);
                return r;
        }
        helper->fd = steal_fd(&fd);
        helper->pid = pid;
        return 0;
}

static void launch(struct helper *helper, uint64_t now)
{
        int r = start(helper);

        if (r < 0) {
                log_end(helper, CAUSE_START(-r), now);
                schedule(helper, now);
                return;
        }
        helper->state = HELPER_STARTING;
        helper->starts++;
        helper->since_usec = now;
        helper->moved_usec = now;
        helper->queued = 0;
        helper->full = false;
        helper->verdict = CAUSE_NONE;
        helper->words[0] = '\0';
}

static void reap(struct helper *helper, uint64_t now)
{
        int status;
        pid_t r = waitpid(helper->pid, &status, WNOHANG);

        if (r == 0) {
                helper->wake_usec = usec_add(now, REAP_USEC);
                return;
        }
        log_end(helper, r < 0 || helper->verdict != CAUSE_NONE ? helper->verdict : status, now);
        helper->pid = 0;
        schedule(helper, now);
}

/* If it is already on its way out, the signal changes nothing about how it ended. */
static void bury(struct helper *helper, uint64_t now)
{
        if (helper->state == HELPER_RUNNING && now - helper->since_usec >= GOOD_LIFE_USEC)
                helper->delay_usec = RESTART_FIRST_USEC;
        close(steal_fd(&helper->fd));
        kill(helper->pid, SIGKILL);
        helper->state = HELPER_DYING;
        reap(helper, now);
}

int helper_new(const char *program, const char *const *arguments, uint64_t now, struct helper **ret)
{
        _cleanup_(helper_free_p) struct helper *helper = calloc(1, sizeof(*helper));
        int r;

        if (!helper)
                return -ENOMEM;
        helper->fd = -1;
        helper->delay_usec = RESTART_FIRST_USEC;
        helper->logged_cause = CAUSE_NONE;
        helper->tell_ready = true;
        helper->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        if (helper->epoll_fd < 0)
                return -errno;
        r = child_argv_new(program, arguments, &helper->argv);
        if (r < 0)
                return r;
        launch(helper, now);
        *ret = STEAL(helper);
        return 0;
}

int helper_set_arguments(struct helper *helper, const char *const *arguments, bool restart,
                         uint64_t now)
{
        char **argv;
        int r;

        r = child_argv_new(helper->argv[0], arguments, &argv);
        if (r < 0)
                return r;
        child_argv_free(helper->argv);
        helper->argv = argv;
        /* One that is starting has read the old ones, or is about to. */
        if (helper->state != HELPER_STARTING && !(restart && helper->state == HELPER_RUNNING))
                return 0;
        helper->verdict = CAUSE_REPLACED;
        bury(helper, now);
        return 0;
}

/* Its end of the socketpair closes when it exits. */
static bool wait_for_end(struct helper *helper)
{
        uint64_t until = usec_add(now_usec(), END_USEC);
        struct pollfd wait = {.fd = helper->fd};

        shutdown(helper->fd, SHUT_WR);
        for (uint64_t now = now_usec(); now < until; now = now_usec())
                if (poll(&wait, 1, poll_timeout(until, now)) > 0)
                        return true;
        return false;
}

/* It closes its files before it can be reaped: a moment for the true exit status. */
static void end(struct helper *helper)
{
        struct timespec nap = {.tv_nsec = REAP_USEC * 1000};
        bool ended = helper->state == HELPER_RUNNING && wait_for_end(helper);
        pid_t reaped = 0;
        int status = 0;

        for (int i = 0; ended && reaped == 0 && i < 25; i++) {
                reaped = waitpid(helper->pid, &status, WNOHANG);
                if (reaped == 0)
                        nanosleep(&nap, NULL);
        }
        if (reaped == 0) {
                kill(helper->pid, SIGKILL);
                while (waitpid(helper->pid, &status, 0) < 0 && errno == EINTR)
                        ;
        }
        if (status != 0)
                log_debug("the publisher (pid %d) did not end by itself", (int)helper->pid);
}

struct helper *helper_free(struct helper *helper)
{
        if (!helper)
                return NULL;
        if (helper->pid > 0)
                end(helper);
        close_p(&helper->fd);
        close_p(&helper->epoll_fd);
        child_argv_free(helper->argv);
        free(helper);
        return NULL;
}

int helper_fd(const struct helper *helper)
{
        return helper->epoll_fd;
}

uint64_t helper_deadline(const struct helper *helper)
{
        switch (helper->state) {
        case HELPER_DOWN:
        case HELPER_DYING:
                return helper->wake_usec;
        case HELPER_STARTING:
                return usec_add(helper->since_usec, STUCK_USEC);
        case HELPER_RUNNING:
                break;
        }
        return helper->queued > 0 ? usec_add(helper->moved_usec, STUCK_USEC) : USEC_NEVER;
}

/* Looks how much waits for it, and with that whether it moves. */
static void look(struct helper *helper, uint64_t now)
{
        int queued;

        if (ioctl(helper->fd, SIOCOUTQ, &queued) < 0)
                queued = 0;
        if (queued == 0 || queued < helper->queued)
                helper->moved_usec = now;
        helper->queued = queued;
}

static void ask_for_room(struct helper *helper, bool full)
{
        struct epoll_event event = {.events = EPOLLIN | (full ? EPOLLOUT : 0)};

        if (helper->full != full &&
            epoll_ctl(helper->epoll_fd, EPOLL_CTL_MOD, helper->fd, &event) == 0)
                helper->full = full;
}

/* Takes what it says. -EAGAIN: nothing; else negative: it has ended. */
static int listen_to(struct helper *helper)
{
        ssize_t n;

        do
                n = recv(helper->fd, helper->words, HELPER_WORDS_MAX, MSG_DONTWAIT);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        if (n == 0)
                return -ECONNRESET;
        helper->words[n] = '\0';
        return 0;
}

static int become_ready(struct helper *helper, uint64_t now)
{
        log_line(helper->tell_ready ? LOG_INFO : LOG_DEBUG, "the publisher (pid %d) is ready",
                 (int)helper->pid);
        helper->tell_ready = false;
        helper->state = HELPER_RUNNING;
        helper->since_usec = now;
        helper->words[0] = '\0';
        return HELPER_READY;
}

static int dispatch_socket(struct helper *helper, uint64_t now)
{
        struct epoll_event event;
        int r;

        if (epoll_wait(helper->epoll_fd, &event, 1, 0) <= 0)
                return HELPER_NOTHING;
        if (event.events & EPOLLOUT)
                ask_for_room(helper, false);
        if (!(event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                return HELPER_NOTHING;
        r = listen_to(helper);
        if (r < 0 && r != -EAGAIN)
                bury(helper, now);
        if (r == 0 && strcmp(helper->words, HELPER_READY_WORD) == 0)
                return become_ready(helper, now);
        return HELPER_NOTHING;
}

int helper_dispatch(struct helper *helper, uint64_t now)
{
        int news;

        if (helper->state == HELPER_DYING && now >= helper->wake_usec)
                reap(helper, now);
        if (helper->state == HELPER_DOWN && now >= helper->wake_usec)
                launch(helper, now);
        if (helper->fd < 0)
                return HELPER_NOTHING;
        news = dispatch_socket(helper, now);
        if (helper->fd < 0)
                return HELPER_NOTHING;
        if (helper->state == HELPER_RUNNING)
                look(helper, now);
        if (now >= helper_deadline(helper)) {
                helper->verdict = CAUSE_STUCK;
                bury(helper, now);
                return HELPER_NOTHING;
        }
        return news;
}

bool helper_is_writable(const struct helper *helper)
{
        return helper->state == HELPER_RUNNING && !helper->full;
}

int helper_send(struct helper *helper, const void *data, size_t size, uint64_t now)
{
        ssize_t n;

        if (helper->state != HELPER_RUNNING)
                return -ENOTCONN;
        look(helper, now);
        n = send(helper->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM)) {
                ask_for_room(helper, true);
                return -EAGAIN;
        }
        if (n < 0) {
                bury(helper, now);
                return -ENOTCONN;
        }
        if (ioctl(helper->fd, SIOCOUTQ, &helper->queued) < 0)
                helper->queued = 0;
        return 0;
}

void helper_wait_writable(struct helper *helper, uint64_t timeout_usec)
{
        struct pollfd wait = {.fd = helper->fd, .events = POLLOUT};

        if (helper->state != HELPER_RUNNING)
                return;
        if (poll(&wait, 1, poll_timeout(timeout_usec, 0)) > 0)
                ask_for_room(helper, false);
}

pid_t helper_pid(const struct helper *helper)
{
        return helper->pid;
}

uint64_t helper_restarts(const struct helper *helper)
{
        return helper->starts > 0 ? helper->starts - 1 : 0;
}
