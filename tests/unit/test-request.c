/* SPDX-License-Identifier: MIT */
/* What a line asks for, and how a refusal reads. */
#include "testing.h"

#include "protocol.h"
#include "request.h"

#include <errno.h>
#include <string.h>

#define NAME_63 "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-abcdefghi"

static void requests_are_taken_to_pieces(void **state)
{
        static const struct {
                const char *line;
                struct request expected;
        } rows[] = {
                {"status", {REQUEST_STATUS, "", 0}},
                {"sync datastore", {REQUEST_SYNC, "datastore", 0}},
                {"sync " NAME_63, {REQUEST_SYNC, NAME_63, 0}},
                {"history datastore 1", {REQUEST_HISTORY, "datastore", 1}},
                {"history d 0", {REQUEST_HISTORY, "d", 0}},
                {"content datastore 43", {REQUEST_CONTENT, "datastore", 43}},
                {"content d 18446744073709551615", {REQUEST_CONTENT, "d", UINT64_MAX}},
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct request request;

                if (request_parse(rows[i].line, &request) < 0)
                        fail_msg("refused: %s", rows[i].line);
                assert_int_equal(request.kind, rows[i].expected.kind);
                assert_string_equal(request.domain, rows[i].expected.domain);
                assert_true(request.number == rows[i].expected.number);
        }
}

static void the_longest_request_fits_its_place(void **state)
{
        assert_true(sizeof("content " NAME_63 " 18446744073709551615\n") <= CONTROL_REQUEST_MAX);
}

static void what_is_none_is_refused(void **state)
{
        static const struct {
                const char *line;
                int error;
        } rows[] = {
                {"", -EBADMSG},
                {"sync", -EBADMSG},
                {"Status", -EBADMSG},
                {"status ", -EBADMSG},
                {"statuses", -EBADMSG},
                {"syncd", -EBADMSG},
                {" sync d", -EBADMSG},
                {"history", -EBADMSG},
                {"history datastore", -EBADMSG},
                {"history 5", -EBADMSG},
                {"history datastore ", -EBADMSG},
                {"history datastore x", -EBADMSG},
                {"history datastore -1", -EBADMSG},
                {"history datastore +1", -EBADMSG},
                {"history datastore 007", -EBADMSG},
                {"content datastore 01", -EBADMSG},
                {"content datastore 00", -EBADMSG},
                {"content datastore 1x", -EBADMSG},
                {"content datastore 18446744073709551616", -EBADMSG},
                {"sync ", -ENOENT},
                {"sync ../etc", -ENOENT},
                {"sync a b", -ENOENT},
                {"sync " NAME_63 "x", -ENOENT},
                {"history  5", -ENOENT},
                {"history ../etc 5", -ENOENT},
                {"content a b 5", -ENOENT},
                {"content datastore  5", -ENOENT},
                {"content " NAME_63 "x 5", -ENOENT},
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct request request;

                if (request_parse(rows[i].line, &request) != rows[i].error)
                        fail_msg("not refused as it should be: %s", rows[i].line);
                assert_int_equal(request.kind, REQUEST_NONE);
        }
}

static void expect_line(enum request_kind kind, int error, const char *expected)
{
        _cleanup_free_ char *line = request_error_line(kind, error);

        assert_string_equal(line, expected);
}

static void refusals_name_the_error(void **state)
{
        expect_line(REQUEST_SYNC, -ENOENT, "error ENOENT no such domain\n");
        expect_line(REQUEST_CONTENT, -ENOENT,
                    "error ENOENT no such domain, or that generation is not kept\n");
        expect_line(REQUEST_NONE, -EBADMSG, "error EBADMSG not a request\n");
        expect_line(REQUEST_CONTENT, -EBADMSG, "error EBADMSG that generation is damaged\n");
        expect_line(REQUEST_CONTENT, -EACCES, "error EACCES Permission denied\n");
        expect_line(REQUEST_SYNC, -ENOSPC, "error ENOSPC No space left on device\n");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(requests_are_taken_to_pieces),
                TEST(the_longest_request_fits_its_place),
                TEST(what_is_none_is_refused),
                TEST(refusals_name_the_error),
        };

        return TESTING_RUN(tests);
}
