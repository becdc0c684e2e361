/* SPDX-License-Identifier: MIT */
/* What the commands that ask about one domain share. */
#include "cli.h"

#include <errno.h>
#include <string.h>

int fail_query(const char *domain, int error)
{
        switch (-error) {
        case ENOTCONN:
                complain("no daemon is running");
                return EXIT_NO_DAEMON;
        case ENOENT:
                complain("no such domain '%s'", domain ? domain : "");
                return EXIT_NO;
        case EACCES:
                complain("not allowed to ask the daemon");
                return EXIT_TROUBLE;
        case ETIMEDOUT:
                complain("no answer from the daemon in time");
                return EXIT_TROUBLE;
        case EPROTO:
                complain("what answers there is not a cfgwatch daemon");
                return EXIT_TROUBLE;
        default:
                complain("%s%s%s", domain ? domain : "", domain ? ": " : "", strerror(-error));
                return EXIT_TROUBLE;
        }
}

int is_known(const struct cli *cli, const char *domain)
{
        CLEANUP(free_done) char **names = NULL;
        int r = cfgw_client_list_domains(cli->client, &names);

        if (r < 0)
                return r;
        for (size_t i = 0; names[i]; i++)
                if (strcmp(names[i], domain) == 0)
                        return 1;
        return 0;
}

static int explain_no_content(const struct cli *cli, const char *domain, cfgw_reader *reader)
{
        CLEANUP(status_done) cfgw_status *status = NULL;
        int r, known = is_known(cli, domain);

        if (known == 0)
                return fail_query(domain, -ENOENT);
        r = cfgw_reader_status(reader, &status);
        if (r < 0)
                return fail_query(domain, r);
        if (known < 0 && cfgw_status_state(status) == CFGW_STATE_UNKNOWN)
                return fail_query(domain, known == -ENOENT ? -ENOTCONN : known);
        complain_about_file(cli, domain, NULL, status);
        return EXIT_NO;
}

int open_config(const struct cli *cli, const char *domain, cfgw_reader **ret_reader,
                const cfgw_config **ret_config)
{
        CLEANUP(reader_done) cfgw_reader *reader = NULL;
        const cfgw_config *config;
        int r;

        r = cfgw_reader_new(cli->client, domain, &reader);
        if (r == -EINVAL)
                return fail_query(domain, -ENOENT); /* not even a name */
        if (r < 0)
                return fail_query(domain, r);
        r = cfgw_reader_config(reader, &config);
        if (r == -ENODATA)
                return explain_no_content(cli, domain, reader);
        if (r < 0)
                return fail_query(domain, r);
        *ret_reader = reader;
        reader = NULL;
        *ret_config = config;
        return EXIT_YES;
}

/* Whether a daemon lives is plain where the file can be used; else it is asked. */
static bool is_alive(const struct cli *cli, const cfgw_status *status)
{
        CLEANUP(free_done) char *report = NULL;

        switch (cfgw_status_freshness(status)) {
        case CFGW_FRESHNESS_LIVE:
                return true;
        case CFGW_FRESHNESS_OWN:
                return false;
        case CFGW_FRESHNESS_LAST_GOOD:
        case CFGW_FRESHNESS_NONE:
                break;
        }
        return cfgw_client_query_daemon(cli->client, QUERY_USEC, &report) != -ENOTCONN;
}

int judge_answer(const struct cli *cli, cfgw_reader *reader)
{
        CLEANUP(status_done) cfgw_status *status = NULL;
        int r = cfgw_reader_status(reader, &status);

        if (r < 0)
                return fail_query(NULL, r);
        if (is_alive(cli, status))
                return EXIT_YES;
        complain("no daemon is running: the file may hold something newer");
        return EXIT_NO_DAEMON;
}
