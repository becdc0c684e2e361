/* SPDX-License-Identifier: MIT */
#include "event.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EPOCH_AND_REST                                                                             \
        "epoch=9f00112233445566 seq=1207 "                                                         \
        "digest=sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

#define CHANGE_LINE "datastore generation=43 state=valid kind=change " EPOCH_AND_REST "\n"

static struct message sample(void)
{
        struct message message = {
                .domain = "datastore",
                .kind = MESSAGE_CHANGE,
                .state = CFGW_STATE_VALID,
                .generation = 43,
                .epoch = UINT64_C(0x9f00112233445566),
                .sequence = 1207,
        };

        for (size_t i = 0; i < DIGEST_SIZE; i++)
                message.digest.bytes[i] = (uint8_t)(i % 16 * 0x11);
        return message;
}

static int decode_text(const char *text, struct message *ret)
{
        return message_decode(text, strlen(text), ret);
}

static void assert_refused(const char *text)
{
        struct message message = {.sequence = 99};

        if (decode_text(text, &message) != -EBADMSG)
                fail_msg("was not refused: %s", text);
        assert_int_equal(message.sequence, 99); /* written on success only */
}

static void assert_same(const struct message *a, const struct message *b)
{
        assert_string_equal(a->domain, b->domain);
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->state, b->state);
        assert_true(a->generation == b->generation);
        assert_true(a->epoch == b->epoch);
        assert_true(a->sequence == b->sequence);
        assert_true(digest_equal(&a->digest, &b->digest));
        assert_int_equal(a->line, b->line);
        assert_string_equal(a->reason, b->reason);
}

static void the_line_is_as_documented(void **state)
{
        struct message message = sample();
        char line[EVENT_SIZE_MAX + 1];

        assert_int_equal(message_encode(&message, line), strlen(CHANGE_LINE));
        assert_string_equal(line, CHANGE_LINE);
}

static void what_was_encoded_is_decoded(void **state)
{
        struct message message = sample(), decoded;
        char line[EVENT_SIZE_MAX + 1];
        size_t size;

        message.line = UINT32_MAX;
        message.generation = message.epoch = message.sequence = UINT64_MAX;
        strcpy(message.reason, "unknown key \"pa\\th\" – größer");
        for (int kind = MESSAGE_CHANGE; kind <= MESSAGE_FAREWELL; kind++) {
                for (int known = CFGW_STATE_UNKNOWN; known <= CFGW_STATE_UNSTORED; known++) {
                        message.kind = (enum message_kind)kind;
                        message.state = (cfgw_state)known;
                        size = message_encode(&message, line);
                        assert_int_equal(message_decode(line, size, &decoded), 0);
                        assert_same(&message, &decoded);
                }
        }
}

static void every_prefix_is_refused(void **state)
{
        struct message message = sample(), decoded;
        char line[EVENT_SIZE_MAX + 1], *copy;
        size_t size;

        strcpy(message.reason, "a \"b\" \\ c");
        size = message_encode(&message, line);
        for (size_t i = 0; i < size; i++) {
                copy = test_malloc(i + 1); /* so that a read past the end is found */
                memcpy(copy, line, i);
                assert_int_equal(message_decode(copy, i, &decoded), -EBADMSG);
                test_free(copy);
        }
}

/* Whatever a byte turns into: refused, or a message that is well-formed in itself. */
static void every_mutation_is_survived(void **state)
{
        struct message message = sample(), decoded, again;
        char line[EVENT_SIZE_MAX + 1], copy[EVENT_SIZE_MAX + 1];
        size_t size, accepted = 0, refused = 0;

        message.line = 7;
        strcpy(message.reason, "a \"b\" \\ ü");
        size = message_encode(&message, line);
        for (size_t i = 0; i < size; i++) {
                for (int byte = 0; byte < 256; byte++) {
                        line[i] ^= (char)byte;
                        if (message_decode(line, size, &decoded) < 0)
                                refused++;
                        else {
                                accepted++;
                                assert_true(domain_name_valid(decoded.domain));
                                assert_int_equal(message_decode(copy,
                                                                message_encode(&decoded, copy),
                                                                &again),
                                                 0);
                                assert_same(&decoded, &again);
                        }
                        line[i] ^= (char)byte;
                }
        }
        assert_true(accepted > 0 && refused > accepted);
}

static void unknown_keys_and_any_order_are_taken(void **state)
{
        struct message message;

        assert_int_equal(decode_text("a colour=red " EPOCH_AND_REST " x=\"1 \\\" 2\" kind=state"
                                     " state=invalid generation=1 line=7 y=ö\n",
                                     &message),
                         0);
        assert_string_equal(message.domain, "a");
        assert_int_equal(message.kind, MESSAGE_STATE);
        assert_int_equal(message.state, CFGW_STATE_INVALID);
        assert_int_equal(message.line, 7);
        assert_string_equal(message.reason, "");
}

static void malformed_lines_are_refused(void **state)
{
        static const char *const lines[] = {
                "",
                "\n",
                "datastore\n",
                "datastore \n",
                " generation=43 state=valid kind=change " EPOCH_AND_REST "\n",
                "Data generation=43 state=valid kind=change " EPOCH_AND_REST "\n",
                "a generation=43 state=valid kind=change " EPOCH_AND_REST " \n",
                "a  generation=43 state=valid kind=change " EPOCH_AND_REST "\n",
                "a generation= state=valid kind=change " EPOCH_AND_REST "\n",
                "a generation=-1 state=valid kind=change " EPOCH_AND_REST "\n",
                "a generation=18446744073709551616 state=valid kind=change " EPOCH_AND_REST "\n",
                "a generation=1 generation=1 state=valid kind=change " EPOCH_AND_REST "\n",
                "a generation=1 state=great kind=change " EPOCH_AND_REST "\n",
                "a generation=1 state=valid kind=party " EPOCH_AND_REST "\n",
                "a generation=1 state=valid " EPOCH_AND_REST "\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " line=4294967296\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST "0\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " reason=\"x\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " reason=\"x\"y\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " reason=\"\\n\"\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " reason=x\"y\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " reason=\"\xc3\"\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " Key=1\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " =1\n",
                "a generation=1 state=valid kind=change " EPOCH_AND_REST " x=\t\n",
                "a generation=1\nstate=valid kind=change " EPOCH_AND_REST "\n",
                CHANGE_LINE "\n",
                CHANGE_LINE CHANGE_LINE,
        };

        for (size_t i = 0; i < ELEMENTS(lines); i++)
                assert_refused(lines[i]);
}

static void limits_are_kept(void **state)
{
        struct message message;
        char line[EVENT_SIZE_MAX + 64], name[DOMAIN_NAME_MAX + 2] = "";

        /* A domain's name of 63 bytes is one, of 64 is none. */
        memset(name, 'n', DOMAIN_NAME_MAX);
        snprintf(line, sizeof(line), "%s%s", name, &CHANGE_LINE[strlen("datastore")]);
        assert_int_equal(decode_text(line, &message), 0);
        assert_string_equal(message.domain, name);
        strcat(name, "n");
        snprintf(line, sizeof(line), "%s%s", name, &CHANGE_LINE[strlen("datastore")]);
        assert_refused(line);

        /* A line of 512 bytes is one, of 513 is none. */
        for (int size = EVENT_SIZE_MAX; size <= EVENT_SIZE_MAX + 1; size++) {
                int room = size - (int)strlen(CHANGE_LINE) - (int)strlen(" x=");

                snprintf(line, sizeof(line), "%.*s x=%0*d\n", (int)strlen(CHANGE_LINE) - 1,
                         CHANGE_LINE, room, 0);
                assert_int_equal(strlen(line), size);
                assert_int_equal(decode_text(line, &message),
                                 size <= EVENT_SIZE_MAX ? 0 : -EBADMSG);
        }

        /* A reason of 255 bytes is one, of 256 is none. */
        for (int size = 255; size <= 256; size++) {
                snprintf(line, sizeof(line), "%.*s reason=%0*d\n", (int)strlen(CHANGE_LINE) - 1,
                         CHANGE_LINE, size, 0);
                assert_int_equal(decode_text(line, &message), size == 255 ? 0 : -EBADMSG);
        }
}

/* The worst of all: every field at its longest, and a reason of escapes or long characters. */
static void a_long_reason_is_cut_between_characters(void **state)
{
        static const char *const units[] = {"x", "\"", "ü", "€", "\xf0\x9f\x98\x80", "x\""};
        struct message message = sample(), decoded;
        char line[EVENT_SIZE_MAX + 1];
        size_t size;

        memset(message.domain, 'n', DOMAIN_NAME_MAX);
        message.kind = MESSAGE_HEARTBEAT;
        message.state = CFGW_STATE_UNREADABLE;
        message.generation = message.sequence = UINT64_MAX;
        message.line = UINT32_MAX;
        for (size_t i = 0; i < ELEMENTS(units); i++) {
                message.reason[0] = '\0';
                while (strlen(message.reason) + strlen(units[i]) < sizeof(message.reason))
                        strcat(message.reason, units[i]);
                size = message_encode(&message, line);
                assert_true(size <= EVENT_SIZE_MAX && size > EVENT_SIZE_MAX - 5);
                assert_int_equal(strlen(line), size);
                assert_int_equal(message_decode(line, size, &decoded), 0);
                assert_int_equal(strncmp(decoded.reason, message.reason, strlen(decoded.reason)),
                                 0);
        }
}

static void a_reason_cannot_break_the_line(void **state)
{
        struct message message = sample(), decoded;
        char line[EVENT_SIZE_MAX + 1];
        size_t size;

        strcpy(message.reason, "a\nfake generation=1\tb\x7f");
        size = message_encode(&message, line);
        assert_int_equal(message_decode(line, size, &decoded), 0);
        assert_string_equal(decoded.reason, "a?fake generation=1?b?");

        strcpy(message.reason, "half \xc3");
        size = message_encode(&message, line);
        assert_int_equal(message_decode(line, size, &decoded), 0);
        assert_string_equal(decoded.reason, "half ?");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_line_is_as_documented),
                TEST(what_was_encoded_is_decoded),
                TEST(every_prefix_is_refused),
                TEST(every_mutation_is_survived),
                TEST(unknown_keys_and_any_order_are_taken),
                TEST(malformed_lines_are_refused),
                TEST(limits_are_kept),
                TEST(a_long_reason_is_cut_between_characters),
                TEST(a_reason_cannot_break_the_line),
        };

        return TESTING_RUN(tests);
}
