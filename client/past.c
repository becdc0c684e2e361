/* SPDX-License-Identifier: MIT */

/* What was accepted once: the daemon hands out the file, and this reads, checks and parses it. */

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
        const char *path;   /* lent out of the line */
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

/* "ok SIZE DIGEST EPOCH ACCEPTED_USEC FORMAT PATH\n", which is taken to pieces. */
static int parse_line(char *line, struct past *ret)
{
        size_t length = strlen(line);
        char *words[6];
        struct past past;
        uint64_t size;

        if (length == 0 || line[length - 1] != '\n')
                return -EPROTO;
        line[length - 1] = '\0';
        for (size_t i = 0; i < ELEMENTS(words); i++) {
                words[i] = next_word(&line);
                if (!words[i])
                        return -EPROTO;
        }
        past.path = line;
        if (strcmp(words[0], "ok") != 0 || parse_u64(words[1], &size) < 0 ||
            hex_decode(words[2], strlen(words[2]), past.digest.bytes, DIGEST_SIZE) < 0 ||
            parse_epoch(words[3], &past.epoch) < 0 ||
            parse_u64(words[4], &past.accepted_usec) < 0 ||
            format_from_name(words[5], &past.format) < 0)
                return -EPROTO;
        if (size > PARSE_SIZE_MAX) /* nothing larger is ever accepted */
                return -EBADMSG;
        past.size = (size_t)size;
        *ret = past;
        return 0;
}

/* -EBADMSG: these are not the bytes that were accepted. */
static int read_content(int fd, const struct past *past, struct source *ret)
{
        _cleanup_(source_clear) struct source source = SOURCE_INIT;
        int r;

        if (fstat(fd, &source.stat) < 0)
                return -errno;
        if (!S_ISREG(source.stat.st_mode))
                return -EPROTO;
        r = read_all(fd, past->size, PARSE_SIZE_MAX, &source.data, &source.size);
        if (r < 0)
                return r == -EFBIG ? -EBADMSG : r;
        source.digest = digest_of(source.data, source.size);
        if (source.size != past->size || !digest_equal(&source.digest, &past->digest))
                return -EBADMSG;
        *ret = source;
        source = SOURCE_INIT;
        return 0;
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

/* Asks for the content; the words in @ret_past are lent out of @ret_line, which is to be freed. */
static int fetch(const cfgw_client *client, const char *request, uint64_t timeout_usec,
                 char **ret_line, struct past *ret_past, struct source *ret_source)
{
        _cleanup_free_ char *line = NULL;
        _cleanup_close_ int fd = -1;
        int r;

        r = connection_ask(client, request, CONNECTION_LINE_MAX, timeout_usec, &line, &fd);
        if (r < 0)
                return r;
        if (fd < 0)
                return -EPROTO;
        r = parse_line(line, ret_past);
        if (r < 0)
                return r;
        r = read_content(fd, ret_past, ret_source);
        if (r < 0)
                return r;
        *ret_line = STEAL(line);
        return 0;
}

PUBLIC int cfgw_client_load_generation(cfgw_client *client, const char *domain, uint64_t generation,
                                       uint64_t timeout_usec, const cfgw_config **ret,
                                       char **ret_data, size_t *ret_size)
{
        _cleanup_(source_clear) struct source source = SOURCE_INIT;
        _cleanup_free_ char *line = NULL;
        char request[CONTROL_REQUEST_MAX];
        struct past past;
        int r;

        if (!client || !domain || !domain_name_valid(domain) || generation == 0 ||
            (!ret && !ret_data) || !ret_data != !ret_size)
                return -EINVAL;
        snprintf(request, sizeof(request), "content %s %" PRIu64 "\n", domain, generation);
        r = fetch(client, request, timeout_usec, &line, &past, &source);
        if (r == 0 && ret)
                r = parse_content(&source, domain, generation, &past, ret);
        if (r < 0)
                return r;
        if (ret_data) {
                *ret_data = STEAL(source.data);
                *ret_size = source.size;
        }
        return 0;
}
