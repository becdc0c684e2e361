/* SPDX-License-Identifier: MIT */
/* check: what is wrong in files, in the form that editors jump to. */
#include "cli.h"

#include <errno.h>
#include <string.h>

static void report_done(cfgw_report **report)
{
        cfgw_report_free(*report);
}

static void config_done(const cfgw_config **config)
{
        cfgw_config_unref(*config);
}

static int check_file(const char *path, unsigned int flags)
{
        CLEANUP(config_done) const cfgw_config *config = NULL;
        CLEANUP(report_done) cfgw_report *report = NULL;
        int r = cfgw_config_load(path, NULL, flags, &config, &report);

        for (size_t i = 0; i < cfgw_report_count(report); i++)
                complain_at(path, cfgw_report_line(report, i), "%s%s",
                            cfgw_report_is_error(report, i) ? "" : "warning: ",
                            cfgw_report_message(report, i));
        if (r == 0)
                return EXIT_YES;
        if (r == -EBADMSG)
                return EXIT_NO;
        if (cfgw_report_count(report) == 0)
                complain_at(path, 0, "%s", r == -EINVAL ? "not a regular file" : strerror(-r));
        return EXIT_TROUBLE;
}

int cmd_check(const struct cli *cli)
{
        unsigned int flags = cli->strict ? CFGW_LOAD_STRICT : CFGW_LOAD_TOLERANT;
        int worst = EXIT_YES;

        for (int i = 0; i < cli->count; i++) {
                int r = check_file(cli->operands[i], flags);

                if (r > worst)
                        worst = r;
        }
        return worst;
}
