/* SPDX-License-Identifier: MIT */
/* watch: a line for each event, as text or as one JSON object. Ends when nobody reads it. */
#include "cli.h"

#include <errno.h>
#include <poll.h>
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
        return !(fds[1].revents & (POLLERR | POLLHUP));
}

static int subscribe(const struct cli *cli)
{
        int r = 0;

        if (cli->count == 0)
                return cfgw_client_subscribe(cli->client, NULL);
        for (int i = 0; i < cli->count && r == 0; i++)
                r = cfgw_client_subscribe(cli->client, cli->operands[i]);
        return r;
}

static int show_events(const struct cli *cli)
{
        cfgw_event *event;
        int r;

        while ((r = cfgw_client_process(cli->client, &event)) > 0) {
                if (cli->json)
                        changes_print_json(event);
                else
                        changes_print_text(event);
                cfgw_event_free(event);
        }
        return r;
}

int cmd_watch(const struct cli *cli)
{
        int r = subscribe(cli);

        while (r == 0) {
                r = show_events(cli);
                if (!flush_output())
                        return EXIT_TROUBLE;
                if (r == 0 && !wait_for_event(cli->client))
                        return EXIT_YES;
        }
        if (r == -EINVAL)
                complain("that is not the name of a domain");
        else
                complain("cannot watch: %s", strerror(-r));
        return EXIT_TROUBLE;
}
