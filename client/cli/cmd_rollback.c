/* SPDX-License-Identifier: MIT */
/*
 * rollback: the file of a domain is again what an earlier generation was, to the byte. That
 * makes a new generation, as every save does: numbers never go back.
 */
#include "edit.h"
#include "past.h"

#include <errno.h>
#include <string.h>

/* What the file holds now may be broken: that is when this is wanted. Too large: no digest. */
static int read_now(const struct target *target, struct text *ret)
{
        int r = text_read_file(target->path, ret);

        if (r == -ENOENT)
                r = text_empty(ret);
        if (r == -EFBIG)
                return EXIT_YES;
        if (r == 0)
                return EXIT_YES;
        complain("cannot read %s: %s", target->path, text_reason(r));
        return EXIT_TROUBLE;
}

/* The lines are those of the old content, not of the file. */
static int refuse(const struct cli *cli, const struct target *target, const cfgw_report *report)
{
        CLEANUP(free_done) char *name = NULL;

        if (asprintf(&name, "generation %s of %s", cli->operands[1], target->domain) < 0)
                name = NULL;
        explain_report(name, report);
        complain("%s stays as it is", target->path);
        return EXIT_NO;
}

/* What was accepted once passes again, unknown keys and all. */
static int put_back(const struct cli *cli, const struct target *target, const struct text *then,
                    const struct text *now)
{
        CLEANUP(report_done) cfgw_report *report = NULL;
        struct cli tolerant = *cli;
        uint64_t generation = 0;
        int r;

        tolerant.tolerant = true;
        r = target_replace(&tolerant, target, then, *now->digest ? now->digest : NULL, &generation,
                           &report);
        if (r == -EBADMSG)
                return refuse(cli, target, report);
        if (r < 0 || generation == 0)
                return fail_replace(cli, target, r);
        printf("%llu\n", (unsigned long long)generation);
        return EXIT_YES;
}

static int roll_back(const struct cli *cli, const struct target *target, uint64_t generation)
{
        CLEANUP(text_done) struct text then = {0};
        CLEANUP(text_done) struct text now = {0};
        int r = cfgw_client_load_generation(cli->client, target->domain, generation, QUERY_USEC,
                                            NULL, &then.data, &then.size);

        if (r < 0)
                return past_fail(cli, target->domain, generation, r);
        r = read_now(target, &now);
        return r == EXIT_YES ? put_back(cli, target, &then, &now) : r;
}

int cmd_rollback(const struct cli *cli)
{
        CLEANUP(target_done) struct target target = {0};
        uint64_t generation;
        int r = past_parse(cli->operands[1], &generation);

        if (r == EXIT_YES)
                r = target_find(cli, cli->operands[0], &target);
        return r == EXIT_YES ? roll_back(cli, &target, generation) : r;
}
