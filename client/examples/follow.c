/* SPDX-License-Identifier: MIT */
/*
 * Follows all domains in an event loop of its own, here epoll, until SIGINT or SIGTERM. The
 * library fits any loop: a descriptor, a deadline, and process() until it has nothing more.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* for -std=c11 */
#endif
#include <cfgwatch/cfgwatch.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* The deadline is CLOCK_MONOTONIC in microseconds; epoll wants milliseconds from now. */
static int timeout_of(cfgw_client *client)
{
        struct timespec clock;
        uint64_t now, deadline;

        if (cfgw_client_get_timeout(client, &deadline) < 0 || deadline == CFGW_FOREVER)
                return -1;
        clock_gettime(CLOCK_MONOTONIC, &clock);
        now = (uint64_t)clock.tv_sec * 1000000 + (uint64_t)clock.tv_nsec / 1000;
        return deadline <= now ? 0 : (int)((deadline - now + 999) / 1000);
}

static void print_changes(const cfgw_event *event)
{
        cfgw_diff *diff;

        if (cfgw_config_diff(cfgw_event_before(event), cfgw_event_after(event), &diff) < 0)
                return;
        for (size_t i = 0; i < cfgw_diff_count(diff); i++) {
                const char *key = cfgw_diff_key(diff, i);
                const char *before = cfgw_diff_before(diff, i), *after = cfgw_diff_after(diff, i);

                if (key)
                        printf("  %s.%s: %s -> %s\n", cfgw_diff_section(diff, i), key,
                               before ? before : "-", after ? after : "-");
                else
                        printf(" %c%s\n", " +-~"[cfgw_diff_change(diff, i)],
                               cfgw_diff_section(diff, i));
        }
        cfgw_diff_free(diff);
}

static void print_event(const cfgw_event *event)
{
        const cfgw_status *status = cfgw_event_status(event);
        const char *reason = cfgw_status_reason(status);

        printf("%s: generation %llu, %s%s%s\n", cfgw_event_domain(event),
               (unsigned long long)cfgw_status_generation(status),
               cfgw_state_name(cfgw_status_state(status)), reason ? ": " : "",
               reason ? reason : "");
        if (cfgw_event_before(event))
                print_changes(event);
        fflush(stdout);
}

/* Takes in all that there is. */
static int drain(cfgw_client *client)
{
        cfgw_event *event;
        int r;

        while ((r = cfgw_client_process(client, &event)) > 0) {
                print_event(event);
                cfgw_event_free(event);
        }
        return r;
}

static int run(cfgw_client *client, int loop, int signals)
{
        struct epoll_event event;
        int r, n;

        for (;;) {
                r = drain(client);
                if (r < 0)
                        return r;
                n = epoll_wait(loop, &event, 1, timeout_of(client));
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0 && event.data.fd == signals)
                        return 0;
        }
}

/* Signals as a descriptor: the loop ends between two events and never inside one. */
static int open_signals(void)
{
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, NULL);
        return signalfd(-1, &set, SFD_CLOEXEC);
}

static int add(int loop, int fd, uint32_t events)
{
        struct epoll_event event = {.events = events, .data.fd = fd};

        return epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

int main(void)
{
        cfgw_client *client = NULL;
        int r, loop = epoll_create1(EPOLL_CLOEXEC), signals = open_signals();

        r = loop < 0 || signals < 0 ? -errno : cfgw_client_new(NULL, &client);
        if (r == 0)
                r = cfgw_client_subscribe(client, NULL);
        if (r == 0)
                r = add(loop, cfgw_client_get_fd(client),
                        (uint32_t)cfgw_client_get_events(client)); /* POLLIN is EPOLLIN */
        if (r == 0)
                r = add(loop, signals, EPOLLIN);
        if (r == 0)
                r = run(client, loop, signals);
        if (r < 0)
                fprintf(stderr, "follow: %s\n", strerror(-r));
        cfgw_client_unref(client);
        close(signals);
        close(loop);
        return r < 0;
}
