/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

/* What a reader knows of its file, and the content in force. */
static json_t *describe(const char *domain, const cfgw_status *status, const cfgw_config *config)
{
        char epoch[17], digest[80];

        snprintf(epoch, sizeof(epoch), "%016llx", (unsigned long long)cfgw_status_epoch(status));
        if (config)
                snprintf(digest, sizeof(digest), "sha256:%s", cfgw_config_digest(config));
        return json_pack(
                "{s:s, s:o, s:s, s:I, s:i, s:s?, s:I, s:s, s:s?, s:n, s:I, s:n, s:n, s:n, "
                "s:n, s:n, s:n, s:n, s:s, s:n, s:n, s:n, s:s?}",
                "name", domain, "path", json_name(config ? cfgw_config_path(config) : NULL),
                "state", cfgw_state_name(cfgw_status_state(status)), "since_usec",
                (json_int_t)cfgw_status_since_usec(status), "line", (int)cfgw_status_line(status),
                "reason", cfgw_status_reason(status), "generation",
                (json_int_t)cfgw_status_generation(status), "epoch", epoch, "digest",
                config ? digest : NULL, "accepted_usec", "sections",
                (json_int_t)(config ? cfgw_config_section_count(config) : 0), "size", "found",
                "accepted", "unchanged", "invalid", "pending", "degraded", "freshness",
                cfgw_freshness_name(cfgw_status_freshness(status)), "empty", "missing", "absent",
                "format", config ? format_name(cfgw_config_format(config)) : NULL);
}

static json_t *describe_domain(const struct cli *cli, const char *domain)
{
        CLEANUP(reader_done) cfgw_reader *reader = NULL;
        CLEANUP(status_done) cfgw_status *status = NULL;
        const cfgw_config *config = NULL;

        if (cfgw_reader_new(cli->client, domain, &reader) < 0 ||
            cfgw_reader_status(reader, &status) < 0)
                return NULL;
        if (cfgw_reader_config(reader, &config) < 0)
                config = NULL;
        return describe(domain, status, config);
}

/* No domains where no board was ever written. NULL without memory. */
static json_t *describe_all(const struct cli *cli)
{
        CLEANUP(free_done) char **names = NULL;
        json_t *domains = json_array();

        if (cfgw_client_list_domains(cli->client, &names) < 0)
                names = NULL;
        for (size_t i = 0; names && names[i]; i++) {
                json_t *domain = describe_domain(cli, names[i]);

                if (domain)
                        json_array_append_new(domains, domain);
        }
        return json_pack("{s:n, s:n, s:n, s:o, s:n, s:n, s:n, s:o}", "version", "pid",
                         "uptime_usec", "runtime_directory",
                         json_name(cfgw_client_get_runtime_directory(cli->client)),
                         "state_directory", "watching", "publisher", "domains", domains);
}

int report_get(const struct cli *cli, json_t **ret_report)
{
        CLEANUP(free_done) char *text = NULL;
        json_t *report;
        int r = cfgw_client_query_daemon(cli->client, QUERY_USEC, &text);

        if (r < 0) {
                *ret_report = describe_all(cli);
                return fail_query(NULL, r);
        }
        report = json_loads(text, 0, NULL);
        *ret_report = report;
        return report ? EXIT_YES : fail_query(NULL, -EPROTO);
}

json_t *report_find(const json_t *report, const char *name)
{
        json_t *domain;
        size_t i;

        json_array_foreach(json_object_get(report, "domains"), i, domain)
        {
                const char *found = json_string_value(json_object_get(domain, "name"));

                if (found && strcmp(found, name) == 0)
                        return domain;
        }
        return NULL;
}

/* NULL without a daemon. */
static json_t *ask_daemon(const struct cli *cli)
{
        CLEANUP(free_done) char *text = NULL;

        if (cfgw_client_query_daemon(cli->client, QUERY_USEC, &text) < 0)
                return NULL;
        return json_loads(text, 0, NULL);
}

/*
 * The daemon knows the path of a file that nothing was ever accepted of, and tells those who may
 * read every file what is not for the board.
 */
void complain_about_file(const struct cli *cli, const char *domain, const cfgw_config *config,
                         const cfgw_status *status)
{
        json_t *report = ask_daemon(cli), *known = report_find(report, domain);
        const char *path = json_string_value(json_object_get(known, "path"));
        const char *reason = json_string_value(json_object_get(known, "reason"));
        uint32_t line = cfgw_status_line(status);

        if (reason)
                line = (uint32_t)json_integer_value(json_object_get(known, "line"));
        else
                reason = cfgw_status_reason(status);
        if (!path)
                path = config ? cfgw_config_path(config) : domain;
        complain_at(path, line, "%s", reason ? reason : cfgw_state_name(cfgw_status_state(status)));
        json_decref(report);
}
