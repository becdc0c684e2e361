/* SPDX-License-Identifier: MIT */
#include "edit.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

/* ------------------------------------------------------------------ finding */

static int take(const char *domain, const char *path, cfgw_format format, struct target *ret)
{
        struct target target = {.domain = domain, .path = strdup(path), .format = format};

        if (!target.path)
                return -ENOMEM;
        *ret = target;
        return 0;
}

/* -ENOENT: the daemon has no such domain. */
static int find_in_report(const char *text, const char *name, struct target *ret)
{
        json_t *report = json_loads(text, 0, NULL);
        json_t *domain = report_find(report, name);
        const char *path = json_string_value(json_object_get(domain, "path"));
        const char *format = json_string_value(json_object_get(domain, "format"));
        int r;

        if (!report || (domain && !path))
                r = -EPROTO;
        else if (!domain)
                r = -ENOENT;
        else
                r = take(name, path,
                         format && strcmp(format, "ini") == 0 ? CFGW_FORMAT_INI
                                                              : CFGW_FORMAT_SECTION_CONFIG,
                         ret);
        json_decref(report);
        return r;
}

/* What a daemon has left says it as well. */
static int find_in_config(const struct cli *cli, const char *domain, struct target *ret)
{
        CLEANUP(reader_done) cfgw_reader *reader = NULL;
        const cfgw_config *config;
        int r = open_config(cli, domain, &reader, &config);

        if (r != EXIT_YES)
                return r;
        r = take(domain, cfgw_config_path(config), cfgw_config_format(config), ret);
        return r < 0 ? fail_query(domain, r) : EXIT_YES;
}

int target_find(const struct cli *cli, const char *domain, struct target *ret)
{
        CLEANUP(free_done) char *report = NULL;
        int r = cfgw_client_query_daemon(cli->client, QUERY_USEC, &report);

        if (r == -ENOTCONN)
                return find_in_config(cli, domain, ret);
        if (r == 0)
                r = find_in_report(report, domain, ret);
        if (r < 0)
                return fail_query(domain, r);
        /* No content of it may ever have been in force to learn the path from. */
        r = cfgw_client_set_source(cli->client, domain, ret->path);
        if (r == 0)
                r = cfgw_client_set_format(cli->client, domain, ret->format);
        if (r == 0)
                return EXIT_YES;
        target_done(ret);
        return fail_query(domain, r);
}

void target_done(struct target *target)
{
        free(target->path);
        target->path = NULL;
}

/* ----------------------------------------------------------------- checking */

static int parse(const struct target *target, const struct text *text, unsigned int flags,
                 const cfgw_config **ret, cfgw_report **ret_report)
{
        if (target->format == CFGW_FORMAT_INI)
                flags |= CFGW_LOAD_INI;
        return cfgw_config_parse(text->data, text->size, target->domain, flags, ret, ret_report);
}

int target_parse(const struct cli *cli, const struct target *target, const struct text *text,
                 const cfgw_config **ret, cfgw_report **ret_report)
{
        return parse(target, text, cli->tolerant ? CFGW_LOAD_TOLERANT : CFGW_LOAD_STRICT, ret,
                     ret_report);
}

void explain_report(const char *path, const cfgw_report *report)
{
        for (size_t i = 0; i < cfgw_report_count(report); i++)
                complain_at(path, cfgw_report_line(report, i), "%s%s",
                            cfgw_report_is_error(report, i) ? "" : "warning: ",
                            cfgw_report_message(report, i));
}

uint32_t target_explain(const struct cli *cli, const struct target *target, const struct text *text,
                        const cfgw_report *report)
{
        CLEANUP(config_done) const cfgw_config *config = NULL;
        size_t count = cfgw_report_count(report);

        explain_report(target->path, report);
        if (!cli->tolerant && parse(target, text, CFGW_LOAD_TOLERANT, &config, NULL) == 0)
                complain("with --tolerant, unknown section types and keys pass");
        return count > 0 ? cfgw_report_line(report, count - 1) : 0;
}

/* ---------------------------------------------------------------- replacing */

int target_replace(const struct cli *cli, const struct target *target, const struct text *text,
                   const char *expected, uint64_t *ret_generation, cfgw_report **ret_report)
{
        const cfgw_replacement replacement = {
                .data = text->data,
                .size = text->size,
                .expected_digest = expected,
                .flags = cli->tolerant ? CFGW_REPLACE_TOLERANT : 0,
                .timeout_usec = CFGW_FOREVER,
        };

        return cfgw_replace(cli->client, target->domain, &replacement, ret_generation, ret_report);
}

bool is_written(int error)
{
        return error == 0 || error == -EINPROGRESS || error == -ECANCELED;
}

/* It is in the file, but the daemon goes on with what it had: what is wrong, as it shows. */
static void explain_status(const struct cli *cli, const struct target *target)
{
        CLEANUP(reader_done) cfgw_reader *reader = NULL;
        CLEANUP(status_done) cfgw_status *status = NULL;
        const char *reason;

        if (cfgw_reader_new(cli->client, target->domain, &reader) == 0 &&
            cfgw_reader_status(reader, &status) == 0 &&
            cfgw_status_state(status) != CFGW_STATE_VALID) {
                reason = cfgw_status_reason(status);
                complain_at(target->path, cfgw_status_line(status), "%s",
                            reason ? reason : cfgw_state_name(cfgw_status_state(status)));
        }
}

int fail_replace(const struct cli *cli, const struct target *target, int error)
{
        switch (-error) {
        case 0:
                complain("%s is written, but no daemon is running", target->path);
                return EXIT_NO_DAEMON;
        case ECANCELED:
                complain("%s is written, but the daemon does not accept it", target->path);
                explain_status(cli, target);
                return EXIT_NO;
        case EINPROGRESS:
                complain("%s is written, but the daemon has not confirmed it", target->path);
                explain_status(cli, target);
                return EXIT_TROUBLE;
        case ESTALE:
                complain("%s was changed by somebody else meanwhile, and stays as it is now",
                         target->path);
                return EXIT_NO;
        case ETIMEDOUT:
                complain("%s is locked by somebody else, and stays as it is", target->path);
                return EXIT_TROUBLE;
        case EAGAIN:
                complain("%s is changed by somebody else again and again", target->path);
                return EXIT_TROUBLE;
        case EPERM:
                complain("cannot write %s: its owner or an attribute cannot be given to a new file",
                         target->path);
                return EXIT_TROUBLE;
        default:
                complain("cannot write %s: %s", target->path, strerror(-error));
                return EXIT_TROUBLE;
        }
}
