/* SPDX-License-Identifier: MIT */

/* Any bytes as a config file: refused with a line and a reason, or read into a sound block. */

#include "fuzz.h"
#include "parse.h"

#include <errno.h>

static void check_refused(const struct parse *parse, const char *data, size_t size)
{
        const char *message;
        uint32_t line = 0, lines = 1;

        for (size_t i = 0; i < size; i++)
                lines += data[i] == '\n';
        message = parse_error(parse, &line);
        MUST(parse->result == -EBADMSG && message && utf8_valid(message, strlen(message)));
        MUST(line >= 1 && line <= lines);
}

static void check_accepted(const struct parse *parse)
{
        const struct snapshot *verified;

        MUST(snapshot_verify(parse->snapshot, snapshot_size(parse->snapshot), &verified) == 0);
        MUST(parse_walk(verified) > 0);
        MUST(!parse_error(parse, NULL));
}

static struct parse check(const char *data, size_t size, const char *domain, unsigned int flags)
{
        struct parse parse = parse_bytes(data, size, domain, flags);

        if (parse.snapshot)
                check_accepted(&parse);
        else
                check_refused(&parse, data, size);
        return parse;
}

/* Strict takes nothing that tolerant refuses, and nothing differs where it takes something. */
static void compare(const struct parse *strict, const struct parse *tolerant)
{
        if (!strict->snapshot)
                return;
        MUST(tolerant->snapshot);
        MUST(snapshot_size(strict->snapshot) == snapshot_size(tolerant->snapshot));
        MUST(memcmp(strict->snapshot, tolerant->snapshot, snapshot_size(strict->snapshot)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *copy = malloc(size + 1);
        struct parse strict, tolerant, generic;

        MUST(copy);
        if (size > 0)
                memcpy(copy, data, size);
        copy[size] = '\0';
        strict = check(copy, size, "datastore", CFGW_LOAD_STRICT);
        tolerant = check(copy, size, "datastore", CFGW_LOAD_TOLERANT);
        generic = check(copy, size, "other", CFGW_LOAD_STRICT);
        compare(&strict, &tolerant);
        parse_clear(&strict);
        parse_clear(&tolerant);
        parse_clear(&generic);
        free(copy);
        return 0;
}
