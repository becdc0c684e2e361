/* SPDX-License-Identifier: MIT */

/* What was accepted once: the daemon sends the bytes, and this checks and parses them. */

#include "config.h"
#include "connection.h"
#include "names.h"
#include "protocol.h"
#include "source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EPOCH_DIGITS 16

/* What the daemon says of it. */
struct past {
        size_t size;
        struct digest digest;
        uint64_t epoch, accepted_usec;
        cfgw_format format; /* that files of the domain have now */
        size_t path_size;
        char *path; /* owned */
};

/* Cuts the next word off *@rest; NULL: there is none. */
static char *next_word(char **rest)
{
        char *word = *rest, *blank = strchr(word, ' ');

        if (!blank || blank == word)
                return NULL;
        *blank = '\0';
        *rest = blank + 1;
        return word;
}

static int parse_epoch(const char *text, uint64_t *ret)
{
        uint8_t bytes[EPOCH_DIGITS / 2];
        int r = hex_decode(text, strlen(text), bytes, sizeof(bytes));

        if (r < 0)
                return r;
        *ret = 0;
        for (size_t i = 0; i < sizeof(bytes); i++)
                *ret = *ret << 8 | bytes[i];
        return 0;
}

/* "ok SIZE DIGEST EPOCH ACCEPTED_USEC FORMAT LENGTH", which is taken to pieces. */
static int parse_line(char *line, struct past *ret)
{
        struct past past = {.path = NULL};
        uint64_t size, path_size;
        char *words[6];

        for (size_t i = 0; i < ELEMENTS(words); i++) {
                words[i] = next_word(&line);
                if (!words[i])
                        return -EPROTO;
        }
        if (strcmp(words[0], "ok") != 0 || parse_u64(words[1], &size) < 0 ||
            hex_decode(words[2], strlen(words[2]), past.digest.bytes, DIGEST_SIZE) < 0 ||
            parse_epoch(words[3], &past.epoch) < 0 ||
            parse_u64(words[4], &past.accepted_usec) < 0 ||
            format_from_name(words[5], &past.format) < 0 || parse_u64(line, &path_size) < 0 ||
            path_size > CONNECTION_LINE_MAX)
                return -EPROTO;
        if (size > PARSE_SIZE_MAX) /* nothing larger is ever accepted */
                return -EBADMSG;
        past.size = (size_t)size;
        past.path_size = (size_t)path_size;
        *ret = past;
        return 0;
}

/* Path and content must come behind the line, and nothing else. */
static int check_length(const struct answer *answer, const struct past *past, const char *path)
{
        size_t length = answer->size - (size_t)(path - answer->data);

        if (length < past->path_size + past->size)
                return -EPIPE;
        return length > past->path_size + past->size ? -EPROTO : 0;
}

/* -EBADMSG: these are not the bytes that were accepted. */
static int check_content(const char *content, const struct past *past)
{
        struct digest digest = digest_of(content, past->size);

        return digest_equal(&digest, &past->digest) ? 0 : -EBADMSG;
}

/* Makes the answer's memory that of the content alone. */
static struct source take_content(struct answer *answer, const char *content, size_t size)
{
        struct source source = SOURCE_INIT;

        memmove(answer->data, content, size);
        answer->data[size] = '\0';
        source.data = STEAL(answer->data);
        source.size = size;
        return source;
}

/* It may have been accepted in the other format. (What parses in both has no section.) */
static int parse_bytes(const struct source *source, const char *domain, const struct past *past,
                       struct snapshot **ret)
{
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_TOLERANT);
        int r;

        rules.format = past->format;
        r = source_parse(source, domain, past->path, &rules, NULL, ret);
        if (r != -EBADMSG)
                return r;
        rules.format =
                past->format == CFGW_FORMAT_INI ? CFGW_FORMAT_SECTION_CONFIG : CFGW_FORMAT_INI;
        return source_parse(source, domain, past->path, &rules, NULL, ret);
}

static int parse_content(const struct source *source, const char *domain, uint64_t generation,
                         const struct past *past, const cfgw_config **ret)
{
        _cleanup_free_ struct snapshot *snapshot = NULL;
        int r;

        r = parse_bytes(source, domain, past, &snapshot);
        if (r < 0)
                return r;
        snapshot_stamp(snapshot, past->epoch, generation, past->accepted_usec);
        r = config_new_from_heap(snapshot, ret);
        if (r < 0)
                return r;
        snapshot = NULL; /* the config's from now on */
        return 0;
}

/* Asks for the content. What is in @ret_past and @ret_source is to be freed. */
static int fetch(const cfgw_client *client, const char *request, uint64_t timeout_usec,
                 struct past *ret_past, struct source *ret_source)
{
        _cleanup_(answer_clear) struct answer answer = {NULL, 0};
        struct past past;
        char *path;
        int r;

        r = connection_ask(client, request, CONNECTION_LINE_MAX + PARSE_SIZE_MAX, timeout_usec,
                           &answer);
        if (r < 0)
                return r;
        path = memchr(answer.data, '\n', answer.size);
        if (!path)
                return -EPROTO;
        *path++ = '\0';
        r = parse_line(answer.data, &past);
        if (r == 0)
                r = check_length(&answer, &past, path);
        if (r == 0)
                r = check_content(path + past.path_size, &past);
        if (r < 0)
                return r;
        past.path = strndup(path, past.path_size);
        if (!past.path)
                return -ENOMEM;
        *ret_source = take_content(&answer, path + past.path_size, past.size);
        *ret_past = past;
        return 0;
}

PUBLIC int cfgw_client_load_generation(cfgw_client *client, const char *domain, uint64_t generation,
                                       uint64_t timeout_usec, const cfgw_config **ret,
                                       char **ret_data, size_t *ret_size)
{
        _cleanup_(source_clear) struct source source = SOURCE_INIT;
        char request[CONTROL_REQUEST_MAX];
        struct past past = {.path = NULL};
        int r;

        if (!client || !domain || !domain_name_valid(domain) || generation == 0 ||
            (!ret && !ret_data) || !ret_data != !ret_size)
                return -EINVAL;
        snprintf(request, sizeof(request), "content %s %" PRIu64 "\n", domain, generation);
        r = fetch(client, request, timeout_usec, &past, &source);
        if (r == 0 && ret)
                r = parse_content(&source, domain, generation, &past, ret);
        free(past.path);
        if (r < 0)
                return r;
        if (ret_data) {
                *ret_data = STEAL(source.data);
                *ret_size = source.size;
        }
        return 0;
}
