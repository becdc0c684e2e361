/* SPDX-License-Identifier: MIT */
/* watch: a line for each event, as text or as one JSON object. Ends when nobody reads it. */
#include "cli.h"

#include <errno.h>
#include <poll.h>
#include <search.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t monotonic_usec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Milliseconds for poll(2), rounded up so that it is over afterwards. */
static int milliseconds_until(uint64_t deadline)
{
        uint64_t now = monotonic_usec();

        if (deadline == CFGW_FOREVER)
                return -1;
        if (deadline <= now)
                return 0;
        return deadline - now > 3600000000U ? 3600000 : (int)((deadline - now + 999) / 1000);
}

/* Waits for an event; false when whoever read stdout has gone. */
static bool wait_for_event(cfgw_client *client)
{
        struct pollfd fds[] = {
                {.fd = cfgw_client_get_fd(client), .events = (short)cfgw_client_get_events(client)},
                {.fd = STDOUT_FILENO, .events = 0},
        };
        uint64_t deadline = CFGW_FOREVER;

        cfgw_client_get_timeout(client, &deadline);
        if (poll(fds, 2, milliseconds_until(deadline)) < 0)
                return errno == EINTR;
        return !(fds[1].revents & (POLLERR | POLLHUP | POLLNVAL));
}

/* A domain that is not there may come with the next daemon, or its name is misspelt. */
static int subscribe_to(const struct cli *cli, const char *domain)
{
        int r = cfgw_client_subscribe(cli->client, domain);

        if (r == 0 && is_known(cli, domain) == 0)
                complain("the daemon has no domain '%s' (yet)", domain);
        return r;
}

/* The exit code: EXIT_YES, or why not has been said. */
static int subscribe(const struct cli *cli)
{
        int r = 0;

        if (cli->count == 0)
                r = cfgw_client_subscribe(cli->client, NULL);
        for (int i = 0; i < cli->count && r == 0; i++) {
                r = subscribe_to(cli, cli->operands[i]);
                if (r == -EINVAL)
                        return fail_query(cli->operands[i], -ENOENT); /* not even a name */
        }
        return r < 0 ? fail_query(NULL, r) : EXIT_YES;
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(a, b);
}

/* Whether @domain is not among the @names yet; it is then. Without memory it always seems so. */
static bool is_first(void **names, const char *domain)
{
        char *name;

        if (tfind(domain, names, compare_names))
                return false;
        name = strdup(domain);
        if (name && !tsearch(name, names, compare_names))
                free(name);
        return true;
}

/* @told: a tree of the domains that had an event. */
static int show_events(const struct cli *cli, void **told)
{
        void (*print)(const cfgw_event *, bool) =
                cli->json ? changes_print_json : changes_print_text;
        cfgw_event *event;
        int r;

        while ((r = cfgw_client_process(cli->client, &event)) > 0) {
                print(event, is_first(told, cfgw_event_domain(event)));
                cfgw_event_free(event);
        }
        return r;
}

static int follow(const struct cli *cli, void **told)
{
        int r;

        do {
                r = show_events(cli, told);
                if (!flush_output())
                        return EXIT_TROUBLE;
                if (r == 0 && !wait_for_event(cli->client))
                        return EXIT_YES;
        } while (r == 0);
        complain("cannot watch: %s", strerror(-r));
        return EXIT_TROUBLE;
}

int cmd_watch(const struct cli *cli)
{
        void *told = NULL;
        int r = subscribe(cli);

        if (r == EXIT_YES)
                r = follow(cli, &told);
        tdestroy(told, free);
        return r;
}
