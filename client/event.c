/* SPDX-License-Identifier: MIT */
#include "event.h"

#include "names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGEST_PREFIX "sha256:"

static const char *const kinds[] = {
        [MESSAGE_CHANGE] = "change",
        [MESSAGE_STATE] = "state",
        [MESSAGE_HEARTBEAT] = "heartbeat",
        [MESSAGE_FAREWELL] = "farewell",
};

/* ------------------------------------------------------------------ encode */

static bool is_control(char c)
{
        return (unsigned char)c < ' ' || c == 0x7f;
}

static bool begins_character(char c)
{
        return ((unsigned char)c & 0xc0) != 0x80;
}

/*
 * Appends `reason="…"` up to @room bytes. What would end the line or the value is escaped
 * or replaced, and a cut never leaves a part of a character or of an escape.
 */
static size_t encode_reason(const char *reason, char *to, size_t room)
{
        static const char key[] = " reason=\"";
        bool utf8 = utf8_valid(reason, strlen(reason));
        size_t size = sizeof(key) - 1, whole;

        if (room < size + 1)
                return 0;
        memcpy(to, key, size);
        whole = size;
        for (; *reason; reason++) {
                bool escape = *reason == '"' || *reason == '\\';

                if (begins_character(*reason))
                        whole = size;
                if (size + escape + 2 > room) {
                        size = whole;
                        break;
                }
                if (escape)
                        to[size++] = '\\';
                to[size++] = is_control(*reason) || (!utf8 && *reason & 0x80) ? '?' : *reason;
        }
        to[size++] = '"';
        return size;
}

size_t message_encode(const struct message *message, char ret[EVENT_SIZE_MAX + 1])
{
        char digest[DIGEST_HEX_SIZE];
        size_t size;

        hex_encode(message->digest.bytes, DIGEST_SIZE, digest);
        size = (size_t)snprintf(ret, EVENT_SIZE_MAX + 1,
                                "%s generation=%" PRIu64 " state=%s kind=%s epoch=%016" PRIx64
                                " seq=%" PRIu64 " digest=" DIGEST_PREFIX "%s",
                                message->domain, message->generation,
                                cfgw_state_name(message->state), kinds[message->kind],
                                message->epoch, message->sequence, digest);
        if (message->line > 0)
                size += (size_t)snprintf(ret + size, EVENT_SIZE_MAX + 1 - size, " line=%" PRIu32,
                                         message->line);
        if (message->reason[0])
                size += encode_reason(message->reason, ret + size, EVENT_SIZE_MAX - 1 - size);
        ret[size++] = '\n';
        ret[size] = '\0';
        return size;
}

/* ------------------------------------------------------------------ decode */

static int decode_kind(const char *value, struct message *message)
{
        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                if (strcmp(value, kinds[i]) != 0)
                        continue;
                message->kind = (enum message_kind)i;
                return 0;
        }
        return -EBADMSG;
}

static int decode_state(const char *value, struct message *message)
{
        return state_from_name(value, &message->state);
}

static int decode_generation(const char *value, struct message *message)
{
        return parse_u64(value, &message->generation);
}

static int decode_sequence(const char *value, struct message *message)
{
        return parse_u64(value, &message->sequence);
}

static int decode_epoch(const char *value, struct message *message)
{
        uint8_t bytes[sizeof(message->epoch)];
        int r;

        r = hex_decode(value, strlen(value), bytes, sizeof(bytes));
        if (r < 0)
                return r;
        message->epoch = 0;
        for (size_t i = 0; i < sizeof(bytes); i++)
                message->epoch = message->epoch << 8 | bytes[i];
        return 0;
}

static int decode_digest(const char *value, struct message *message)
{
        const size_t prefix = sizeof(DIGEST_PREFIX) - 1;

        if (strncmp(value, DIGEST_PREFIX, prefix) != 0)
                return -EBADMSG;
        return hex_decode(value + prefix, strlen(value + prefix), message->digest.bytes,
                          DIGEST_SIZE);
}

static int decode_line(const char *value, struct message *message)
{
        uint64_t line;
        int r;

        r = parse_u64(value, &line);
        if (r < 0 || line > UINT32_MAX)
                return -EBADMSG;
        message->line = (uint32_t)line;
        return 0;
}

static int decode_reason(const char *value, struct message *message)
{
        if (strlen(value) >= sizeof(message->reason))
                return -EBADMSG;
        strcpy(message->reason, value);
        return 0;
}

static const struct key {
        const char *name;
        int (*decode)(const char *value, struct message *message);
        bool required;
} keys[] = {
        {"generation", decode_generation, true},
        {"state", decode_state, true},
        {"kind", decode_kind, true},
        {"epoch", decode_epoch, true},
        {"seq", decode_sequence, true},
        {"digest", decode_digest, true},
        {"line", decode_line, false},
        {"reason", decode_reason, false},
};

/*
 * Unquotes the value that begins at *@at, in place. Leaves *@at behind it, on the blank or
 * the NUL byte that has to follow.
 */
static int take_quoted(char **at, char **ret)
{
        char *from = *at + 1, *to = from, *value = from;

        for (; *from != '"'; from++) {
                if (*from == '\\' && *++from != '"' && *from != '\\')
                        return -EBADMSG;
                if (!*from)
                        return -EBADMSG;
                *to++ = *from;
        }
        from++;
        if (*from && *from != ' ')
                return -EBADMSG;
        *to = '\0';
        *at = from;
        *ret = value;
        return 0;
}

static int take_bare(char **at, char **ret)
{
        size_t length = strcspn(*at, " \"\\");

        if (length == 0 || ((*at)[length] && (*at)[length] != ' '))
                return -EBADMSG;
        *ret = *at;
        *at += length;
        return 0;
}

/* Takes ` KEY=VALUE` from *@at, which is on the blank. */
static int take_pair(char **at, char **ret_key, char **ret_value)
{
        char *key = *at + 1, *end = NULL;
        size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-_");
        int r;

        if (length == 0 || key[length] != '=')
                return -EBADMSG;
        key[length] = '\0';
        end = key + length + 1;
        r = *end == '"' ? take_quoted(&end, ret_value) : take_bare(&end, ret_value);
        if (r < 0)
                return r;
        if (*end) { /* the blank ends the value here, and begins the next pair there */
                *end = '\0';
                *at = end;
        } else
                *at = NULL;
        *ret_key = key;
        return 0;
}

/* Unknown keys are ignored, so that a newer daemon may say more. */
static int decode_pair(const char *name, const char *value, unsigned int *seen,
                       struct message *message)
{
        for (size_t i = 0; i < ELEMENTS(keys); i++) {
                if (strcmp(name, keys[i].name) != 0)
                        continue;
                if (*seen & 1U << i)
                        return -EBADMSG;
                *seen |= 1U << i;
                return keys[i].decode(value, message);
        }
        return 0;
}

static int decode_pairs(char *at, struct message *message)
{
        unsigned int seen = 0;

        while (at) {
                char *key, *value;
                int r;

                r = take_pair(&at, &key, &value);
                if (r < 0)
                        return r;
                r = decode_pair(key, value, &seen, message);
                if (r < 0)
                        return -EBADMSG;
        }
        for (size_t i = 0; i < ELEMENTS(keys); i++)
                if (keys[i].required && !(seen & 1U << i))
                        return -EBADMSG;
        return 0;
}

/* One line of text: UTF-8, no control characters but the line end at its very end. */
static bool is_line(const char *data, size_t size)
{
        if (size == 0 || size > EVENT_SIZE_MAX || data[size - 1] != '\n')
                return false;
        for (size_t i = 0; i < size - 1; i++)
                if (is_control(data[i]))
                        return false;
        return utf8_valid(data, size);
}

int message_decode(const char *data, size_t size, struct message *ret)
{
        struct message message = {.generation = 0};
        char line[EVENT_SIZE_MAX + 1];
        size_t topic;
        int r;

        if (!is_line(data, size))
                return -EBADMSG;
        memcpy(line, data, size - 1);
        line[size - 1] = '\0';
        topic = strcspn(line, " ");
        if (line[topic] != ' ' || topic > DOMAIN_NAME_MAX)
                return -EBADMSG;
        memcpy(message.domain, line, topic);
        if (!domain_name_valid(message.domain))
                return -EBADMSG;
        r = decode_pairs(line + topic, &message);
        if (r < 0)
                return r;
        *ret = message;
        return 0;
}
