/* SPDX-License-Identifier: MIT */

/*
 * Any bytes as a message from the wire: refused, or sound in all that it gives; and any bytes as
 * the reason in a message that is sent: what arrives is a line, and the reason or its beginning.
 */

#include "fuzz.h"

#include "event.h"

#include <errno.h>
#include <string.h>

static void check_message(const struct message *message)
{
        size_t size = strnlen(message->reason, sizeof(message->reason));

        MUST(memchr(message->domain, '\0', sizeof(message->domain)));
        MUST(domain_name_valid(message->domain));
        MUST(message->kind >= MESSAGE_CHANGE && message->kind <= MESSAGE_FAREWELL);
        MUST(message->state >= CFGW_STATE_UNKNOWN && message->state <= CFGW_STATE_UNSTORED);
        MUST(size < sizeof(message->reason) && utf8_valid(message->reason, size));
}

/* All but the reason, which may have been cut. */
static bool are_alike(const struct message *a, const struct message *b)
{
        return strcmp(a->domain, b->domain) == 0 && a->kind == b->kind && a->state == b->state &&
               a->generation == b->generation && a->epoch == b->epoch &&
               a->sequence == b->sequence && digest_equal(&a->digest, &b->digest) &&
               a->line == b->line;
}

static struct message send_on(const struct message *message)
{
        char line[EVENT_SIZE_MAX + 1];
        size_t size = message_encode(message, line);
        struct message arrived;

        MUST(size > 0 && size <= EVENT_SIZE_MAX);
        MUST(line[size - 1] == '\n' && line[size] == '\0' && strlen(line) == size);
        MUST(message_decode(line, size, &arrived) == 0);
        check_message(&arrived);
        MUST(are_alike(message, &arrived));
        return arrived;
}

static void check_arrival(const char *data, size_t size)
{
        static const struct message untouched = {.sequence = 99};
        struct message message = untouched, again;

        if (message_decode(data, size, &message) < 0) {
                MUST(memcmp(&message, &untouched, sizeof(message)) == 0);
                return;
        }
        check_message(&message);
        again = send_on(&message);
        MUST(strncmp(message.reason, again.reason, strlen(again.reason)) == 0);
}

static bool has_control(const char *text)
{
        for (; *text; text++)
                if ((unsigned char)*text < ' ' || *text == 0x7f)
                        return true;
        return false;
}

static void check_departure(const char *data, size_t size)
{
        struct message message = {.domain = "datastore", .kind = MESSAGE_STATE, .line = 7}, arrived;

        size = MIN(size, sizeof(message.reason) - 1);
        if (size > 0)
                memcpy(message.reason, data, size);
        arrived = send_on(&message);
        if (utf8_valid(message.reason, strlen(message.reason)) && !has_control(message.reason))
                MUST(strncmp(message.reason, arrived.reason, strlen(arrived.reason)) == 0);
}

/* In memory of its own size, so that a read behind it is seen by the sanitizer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *copy = malloc(MAX(size, 1));

        MUST(copy);
        if (size > 0)
                memcpy(copy, data, size);
        check_arrival(copy, size);
        check_departure(copy, size);
        free(copy);
        return 0;
}
