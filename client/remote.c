/* SPDX-License-Identifier: MIT */

/* What the daemon is asked for and answers in words. */

#include "connection.h"
#include "protocol.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* "ok GENERATION\n" */
static int parse_generation(char *answer, uint64_t *ret)
{
        size_t length = strlen(answer);

        if (length < strlen("ok 0\n") || strncmp(answer, "ok ", 3) != 0 ||
            answer[length - 1] != '\n')
                return -EPROTO;
        answer[length - 1] = '\0';
        return parse_u64(answer + 3, ret) < 0 ? -EPROTO : 0;
}

PUBLIC int cfgw_client_sync(cfgw_client *client, const char *domain, uint64_t timeout_usec,
                            uint64_t *ret_generation)
{
        char request[CONTROL_REQUEST_MAX];
        _cleanup_free_ char *answer = NULL;
        uint64_t generation;
        int r;

        if (!client || !domain || !domain_name_valid(domain))
                return -EINVAL;
        snprintf(request, sizeof(request), "sync %s\n", domain);
        r = connection_ask_text(client, request, CONNECTION_LINE_MAX, timeout_usec, &answer);
        if (r < 0)
                return r;
        r = parse_generation(answer, &generation);
        if (r < 0)
                return r;
        if (generation == 0)
                return -ENODATA;
        if (ret_generation)
                *ret_generation = generation;
        return 0;
}

/* An answer that is "ok" and a JSON object in one line: that alone. Without an end it was cut off.
 */
static int ask_report(const cfgw_client *client, const char *request, uint64_t timeout_usec,
                      char **ret_json)
{
        _cleanup_free_ char *answer = NULL;
        size_t length;
        char *json;
        int r;

        r = connection_ask_text(client, request, CONNECTION_REPORT_MAX, timeout_usec, &answer);
        if (r < 0)
                return r;
        length = strlen(answer);
        if (strncmp(answer, "ok\n{", strlen("ok\n{")) != 0 || answer[length - 1] != '\n')
                return -EPROTO;
        json = strndup(answer + strlen("ok\n"), length - strlen("ok\n") - 1);
        if (!json)
                return -ENOMEM;
        *ret_json = json;
        return 0;
}

PUBLIC int cfgw_client_query_daemon(cfgw_client *client, uint64_t timeout_usec, char **ret_json)
{
        if (!client || !ret_json)
                return -EINVAL;
        return ask_report(client, "status\n", timeout_usec, ret_json);
}

PUBLIC int cfgw_client_query_history(cfgw_client *client, const char *domain, size_t count,
                                     uint64_t timeout_usec, char **ret_json)
{
        char request[CONTROL_REQUEST_MAX];

        if (!client || !domain || !domain_name_valid(domain) || count == 0 || !ret_json)
                return -EINVAL;
        snprintf(request, sizeof(request), "history %s %zu\n", domain,
                 MIN(count, (size_t)CONTROL_HISTORY_MAX));
        return ask_report(client, request, timeout_usec, ret_json);
}
