/* SPDX-License-Identifier: MIT */
/* check: what is wrong in files, in the form that editors jump to, or as JSON. */
#include "edit.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

/* What became of one file. */
struct checked {
        const char *path;
        int error;
        const cfgw_config *config;
        cfgw_report *report;
};

static void checked_done(struct checked *checked)
{
        cfgw_config_unref(checked->config);
        cfgw_report_free(checked->report);
}

static int check_input(const char *domain, unsigned int flags, struct checked *checked)
{
        CLEANUP(text_done) struct text text = {0};
        int r = text_read(STDIN_FILENO, &text);

        if (r < 0)
                return r;
        return cfgw_config_parse(text.data, text.size, domain, flags, &checked->config,
                                 &checked->report);
}

static int judge(const struct checked *checked)
{
        switch (-checked->error) {
        case 0:
                return EXIT_YES;
        case EBADMSG:
                return EXIT_NO;
        default:
                return EXIT_TROUBLE;
        }
}

/* Why it cannot be checked, or not to its end; NULL if it was, and the report says it. */
static const char *trouble(const struct checked *checked)
{
        size_t count = cfgw_report_count(checked->report);

        if (checked->error == 0 || (count > 0 && cfgw_report_is_error(checked->report, count - 1)))
                return NULL;
        return checked->error == -EAGAIN ? "it changed each time that it was read"
                                         : text_reason(checked->error);
}

static void explain(const struct checked *checked)
{
        const char *words = trouble(checked);

        explain_report(checked->path, checked->report);
        if (words)
                complain_at(checked->path, 0, "%s", words);
}

/* --------------------------------------------------------------------- json */

static json_t *problem_of(uint32_t line, bool error, const char *message)
{
        return json_pack("{s:I, s:b, s:s}", "line", (json_int_t)line, "error", error, "message",
                         message);
}

static json_t *problems_of(const struct checked *checked)
{
        const cfgw_report *report = checked->report;
        const char *words = trouble(checked);
        json_t *problems = json_array();

        for (size_t i = 0; i < cfgw_report_count(report); i++)
                json_array_append_new(problems, problem_of(cfgw_report_line(report, i),
                                                           cfgw_report_is_error(report, i),
                                                           cfgw_report_message(report, i)));
        if (words)
                json_array_append_new(problems, problem_of(0, true, words));
        return problems;
}

static json_t *describe(const struct cli *cli, const struct checked *checked)
{
        const cfgw_config *config = checked->config;
        char digest[80];
        json_t *sections =
                config ? json_integer((json_int_t)cfgw_config_section_count(config)) : json_null();

        if (config)
                snprintf(digest, sizeof(digest), "sha256:%s", cfgw_config_digest(config));
        return json_pack("{s:o, s:b, s:s, s:o, s:s?, s:o}", "path", json_name(checked->path), "ok",
                         checked->error == 0, "format", format_name(cli->format), "sections",
                         sections, "digest", config ? digest : NULL, "problems",
                         problems_of(checked));
}

/* ---------------------------------------------------------------------- all */

/* Says what is wrong with one file, or adds it to @files. */
static int check_file(const struct cli *cli, const char *path, json_t *files)
{
        CLEANUP(checked_done) struct checked checked = {.path = path};
        unsigned int flags = cli->strict ? CFGW_LOAD_STRICT : CFGW_LOAD_TOLERANT;

        if (cli->format == CFGW_FORMAT_INI)
                flags |= CFGW_LOAD_INI;
        if (strcmp(path, "-") == 0)
                checked.error = check_input(cli->domain, flags, &checked);
        else
                checked.error = cfgw_config_load(path, cli->domain, flags, &checked.config,
                                                 &checked.report);
        if (files)
                json_array_append_new(files, describe(cli, &checked));
        else
                explain(&checked);
        return judge(&checked);
}

/* Nothing is wrong with an empty text but the name of the domain. */
static bool is_name(const char *domain)
{
        CLEANUP(config_done) const cfgw_config *config = NULL;

        return cfgw_config_parse("", 0, domain, CFGW_LOAD_TOLERANT, &config, NULL) != -EINVAL;
}

int cmd_check(const struct cli *cli)
{
        json_t *files, *all;
        int worst = EXIT_YES;

        if (!is_name(cli->domain)) {
                complain("'%s' is no name of a domain", cli->domain);
                return EXIT_USAGE;
        }
        files = cli->json ? json_array() : NULL;
        for (int i = 0; i < cli->count; i++) {
                int r = check_file(cli, cli->operands[i], files);

                if (r > worst)
                        worst = r;
        }
        if (!cli->json)
                return worst;
        all = json_pack("{s:o}", "files", files);
        print_json(all, JSON_INDENT(2));
        json_decref(all);
        return worst;
}
