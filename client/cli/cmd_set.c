/* SPDX-License-Identifier: MIT */
/*
 * set, unset: one value of the file, all other bytes of it as they are. Who else writes at the
 * same time loses nothing: what he has written is read anew, and changed then.
 */
#include "edit.h"

#include <errno.h>
#include <string.h>

/* Each try that fails means that somebody else's succeeded: that many in a row are no accident. */
#define TRIES 100

struct change {
        const struct cli *cli;
        struct target target;
        cfgw_edit edit;
};

static void change_done(struct change *change)
{
        target_done(&change->target);
}

/* On failure says why. What is unknown is no failure here: it may be what is to be removed. */
static int read_file(const struct change *change, struct text *ret, const cfgw_config **ret_config)
{
        CLEANUP(report_done) cfgw_report *report = NULL;
        CLEANUP(text_done) struct text text = {0};
        const struct target *target = &change->target;
        struct cli tolerant = *change->cli;
        int r = text_read_file(target->path, &text);

        tolerant.tolerant = true;
        if (r == 0)
                r = target_parse(&tolerant, target, &text, ret_config, &report);
        if (r == -EBADMSG) {
                target_explain(&tolerant, target, &text, report);
                complain("%s has to be mended first: cfgwatch edit %s", target->path,
                         target->domain);
                return EXIT_NO;
        }
        if (r < 0) {
                complain("cannot read %s: %s", target->path, text_reason(r));
                return EXIT_TROUBLE;
        }
        *ret = text;
        text.data = NULL;
        return EXIT_YES;
}

/* Says why cfgw_text_edit() could not; the exit code. */
static int explain_edit(const struct change *change, const cfgw_config *config, int error)
{
        const cfgw_edit *edit = &change->edit;

        if (error == -ENOENT && !cfgw_config_section(config, edit->section))
                complain("no section '%s' in %s", edit->section, change->target.domain);
        else if (error == -ENOENT)
                complain("no key '%s' in section '%s' of %s", edit->key, edit->section,
                         change->target.domain);
        else if (error == -EINVAL)
                complain("key '%s' with the value '%s' cannot be written in this format", edit->key,
                         edit->value ? edit->value : "");
        else
                complain("%s", strerror(-error));
        return error == -ENOENT || error == -EINVAL ? EXIT_NO : EXIT_TROUBLE;
}

/* The text as it is to be, and the digest of what it was made from. */
static int make_text(const struct change *change, struct text *ret)
{
        CLEANUP(config_done) const cfgw_config *config = NULL;
        CLEANUP(text_done) struct text text = {0};
        struct text edited;
        int r = read_file(change, &text, &config);

        if (r != EXIT_YES)
                return r;
        edited = text;
        r = cfgw_text_edit(text.data, text.size, config, &change->edit, &edited.data, &edited.size);
        if (r < 0)
                return explain_edit(change, config, r);
        *ret = edited;
        return EXIT_YES;
}

static int refuse(const struct change *change, const struct text *text, const cfgw_report *report)
{
        target_explain(change->cli, &change->target, text, report);
        complain("%s stays as it is", change->target.path);
        return EXIT_NO;
}

/* @ret_lost: somebody else was faster; nothing has been said yet. */
static int try_once(const struct change *change, bool *ret_lost)
{
        CLEANUP(report_done) cfgw_report *report = NULL;
        CLEANUP(text_done) struct text text = {0};
        uint64_t generation = 0;
        int r = make_text(change, &text);

        *ret_lost = false;
        if (r != EXIT_YES)
                return r;
        r = target_replace(change->cli, &change->target, &text, text.digest, &generation, &report);
        *ret_lost = r == -ESTALE;
        if (*ret_lost)
                return EXIT_TROUBLE;
        if (r == -EBADMSG)
                return refuse(change, &text, report);
        if (r < 0 || generation == 0)
                return fail_replace(change->cli, &change->target, r);
        printf("%llu\n", (unsigned long long)generation);
        return EXIT_YES;
}

static int apply(const struct cli *cli, const char *value)
{
        CLEANUP(change_done)
        struct change change = {.cli = cli, .edit = {cli->operands[1], cli->operands[2], value}};
        bool lost = true;
        int r = target_find(cli, cli->operands[0], &change.target);

        if (r != EXIT_YES)
                return r;
        for (unsigned int i = 0; i < TRIES && lost; i++)
                r = try_once(&change, &lost);
        return lost ? fail_replace(cli, &change.target, -ESTALE) : r;
}

int cmd_set(const struct cli *cli)
{
        return apply(cli, cli->operands[3]);
}

int cmd_unset(const struct cli *cli)
{
        return apply(cli, NULL);
}
