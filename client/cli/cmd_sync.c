/* SPDX-License-Identifier: MIT */
/* sync: the generation in force on stdout; what is wrong with the file, if anything, on stderr. */
#include "cli.h"

#include <errno.h>

/* The generation that answers is the last good one if the file cannot be used. */
static int judge_file(const struct cli *cli, const char *domain)
{
        CLEANUP(reader_done) cfgw_reader *reader = NULL;
        CLEANUP(status_done) cfgw_status *status = NULL;
        const cfgw_config *config = NULL;
        int r;

        r = cfgw_reader_new(cli->client, domain, &reader);
        if (r == 0)
                r = cfgw_reader_status(reader, &status);
        if (r < 0)
                return fail_query(domain, r);
        if (cfgw_status_state(status) == CFGW_STATE_VALID)
                return EXIT_YES;
        if (cfgw_reader_config(reader, &config) < 0)
                config = NULL;
        complain_about_file(cli, domain, config, status);
        return EXIT_NO;
}

int cmd_sync(const struct cli *cli)
{
        const char *domain = cli->operands[0];
        uint64_t generation;
        int r = cfgw_client_sync(cli->client, domain, CFGW_FOREVER, &generation);

        if (r == -EINVAL)
                r = -ENOENT; /* not even a name */
        if (r < 0 && r != -ENODATA)
                return fail_query(domain, r);
        if (r == 0)
                printf("%llu\n", (unsigned long long)generation);
        return judge_file(cli, domain);
}
