/* SPDX-License-Identifier: MIT */
#include "past.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static uint64_t number_of(const json_t *object, const char *key)
{
        return (uint64_t)json_integer_value(json_object_get(object, key));
}

static int take_entries(struct past *past)
{
        const json_t *list = json_object_get(past->json, "entries");
        json_t *entry;
        size_t i;

        past->count = json_array_size(list);
        past->entries = calloc(past->count + 1, sizeof(*past->entries));
        if (!past->entries)
                return -ENOMEM;
        json_array_foreach(list, i, entry)
        {
                past->entries[i] = (struct past_entry){
                        .generation = number_of(entry, "generation"),
                        .accepted_usec = number_of(entry, "accepted_usec"),
                        .size = number_of(entry, "size"),
                        .digest = json_string_value(json_object_get(entry, "digest")),
                        .json = entry,
                };
                if (past->entries[i].generation == 0)
                        return -EPROTO;
        }
        return 0;
}

int past_list(const struct cli *cli, const char *domain, size_t count, struct past *ret)
{
        CLEANUP(past_done) struct past past = {0};
        CLEANUP(free_done) char *text = NULL;
        int r = cfgw_client_query_history(cli->client, domain, count, QUERY_USEC, &text);

        if (r == -EINVAL)
                r = -ENOENT; /* not even a name */
        if (r < 0)
                return fail_query(domain, r);
        past.json = json_loads(text, 0, NULL);
        r = past.json ? take_entries(&past) : -EPROTO;
        if (r < 0)
                return fail_query(domain, r);
        if (past.count == 0) {
                complain("no generation of %s is kept", domain);
                return EXIT_NO;
        }
        *ret = past;
        past = (struct past){0};
        return EXIT_YES;
}

void past_done(struct past *past)
{
        json_decref(past->json);
        free(past->entries);
}

const struct past_entry *past_find(const struct past *past, uint64_t generation)
{
        for (size_t i = 0; i < past->count; i++)
                if (past->entries[i].generation == generation)
                        return &past->entries[i];
        return NULL;
}

int past_parse(const char *text, uint64_t *ret)
{
        unsigned long long number;
        char *end;

        errno = 0;
        number = strtoull(text, &end, 10);
        if (*text < '1' || *text > '9' || *end || errno) {
                complain("'%s' is not the number of a generation", text);
                return EXIT_USAGE;
        }
        *ret = number;
        return EXIT_YES;
}

const char *past_reason(int error)
{
        switch (-error) {
        case ENOENT:
                return "is not kept";
        case EACCES:
                return "may not be read";
        case EBADMSG:
                return "is damaged, or cannot be parsed";
        case EPIPE:
                return "did not come whole";
        default:
                return NULL;
        }
}

int past_fail(const struct cli *cli, const char *domain, uint64_t generation, int error)
{
        const char *reason = past_reason(error);

        if (error == -EINVAL || (error == -ENOENT && is_known(cli, domain) == 0))
                return fail_query(domain, -ENOENT);
        if (!reason)
                return fail_query(domain, error);
        complain("generation %llu of %s %s", (unsigned long long)generation, domain, reason);
        return error == -ENOENT ? EXIT_NO : EXIT_TROUBLE;
}
