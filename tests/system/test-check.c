/* SPDX-License-Identifier: MIT */
/* `cfgwatch check`: files and standard input, as text and as JSON, without a daemon. */
#include "harness.h"
#include "tool.h"

#include "util.h"

#include <string.h>

static void check_is_silent_or_says_where_and_why(void **state)
{
        struct harness *harness = *state;
        struct said said;

        tool_expect(harness, "printf 'datastore: one\\n\\tpath /1\\n' >good; cfgwatch check good",
                    0, "");
        said = tool_run(harness,
                        "printf 'datastore: one\\n\\tpath\\n' >bad; cfgwatch check good bad good");
        assert_int_equal(said.status, 1);
        assert_string_equal(said.out, "");
        assert_int_equal(strncmp(said.err, "bad:2: ", 7), 0);
        assert_ptr_equal(strchr(said.err, '\n'), said.err + strlen(said.err) - 1);
        tool_expect(harness, "cfgwatch check good nosuch", 4, "");
        tool_expect(harness, "cfgwatch check .", 4, "");
}

static void check_takes_the_unknown_for_an_error_only_if_strict(void **state)
{
        struct harness *harness = *state;
        struct said said;

        said = tool_run(harness, "printf 'datastore: one\\n\\tpath /1\\n\\tnew-key x\\n' >new; "
                                 "cfgwatch check new");
        assert_int_equal(said.status, 0);
        assert_int_equal(strncmp(said.err, "new:3: warning: ", 16), 0);
        said = tool_run(harness, "cfgwatch check --strict new");
        assert_int_equal(said.status, 1);
        assert_int_equal(strncmp(said.err, "new:3: unknown ", 15), 0);
}

static void check_reads_the_input_as_well(void **state)
{
        struct harness *harness = *state;
        struct said said;

        tool_expect(harness, "printf 'datastore: one\\n\\tpath /1\\n' | cfgwatch check -", 0, "");
        said = tool_run(harness, "printf 'datastore: one\\n\\tpath\\n' | cfgwatch check -");
        assert_int_equal(said.status, 1);
        assert_int_equal(strncmp(said.err, "-:2: ", 5), 0);
        /* A file of that name has another one as well. */
        tool_expect(harness, "printf 'datastore: one\\n\\tpath /1\\n' >-; cfgwatch check ./-", 0,
                    "");
        /* Nothing is valid, and what cannot be read is trouble. */
        tool_expect(harness, "cfgwatch check - </dev/null", 0, "");
        tool_expect(harness, "cfgwatch check - <.", 4, "");
        tool_expect(harness, "cfgwatch check - <&-", 4, "");
}

static void input_is_taken_in_pieces(void **state)
{
        struct harness *harness = *state;
        struct said said;

        said = tool_run(harness, "{ i=0; while [ $i -lt 20000 ]; do i=$((i+1)); "
                                 "printf 'datastore: store-%d\\n\\tpath /%d\\n\\n' $i $i; done; "
                                 "sleep 0.1; echo rubbish; } | cfgwatch check -");
        assert_int_equal(said.status, 1);
        assert_int_equal(strncmp(said.err, "-:60001: ", 9), 0);
}

static void input_has_a_bound(void **state)
{
        struct harness *harness = *state;
        struct said said;

        said = tool_run(harness, "head -c 140000000 /dev/zero | cfgwatch check -");
        assert_int_equal(said.status, 4);
        expect_in(said.err, "-: File too large");
}

/* A file of the kernel has no size, so that no read of it is ever whole. */
static void what_is_never_read_whole_is_told(void **state)
{
        struct said said = tool_run(*state, "cfgwatch check /proc/self/status");

        assert_int_equal(said.status, 4);
        assert_string_equal(said.err, "/proc/self/status: it changed each time that it was read\n");
}

/*
 * Wherever memory ends, that it did is said behind the warnings that there were until then. The
 * table of so many different keys takes it bit by bit.
 */
static void lack_of_memory_is_told_behind_warnings(void **state)
{
        struct said said;

        /* Not so the sanitizers: they take more of the address space than there is. */
        said = tool_run(*state, "ulimit -v 1000000; cfgwatch check /dev/null");
        if (said.status != 4)
                skip();
        said = tool_run(*state,
                        "seq 1 400000 | awk '{ if (NR % 250 == 1) print \"\\nx: s\" NR; "
                        "print \"\\tk\" $1 \" v\" }' >many; "
                        "for room in $(seq 10000 2000 80000); do "
                        "(ulimit -v $room; exec cfgwatch check many) 2>err; "
                        "if [ $? = 4 ] && grep -q 'warning: ' err; then tail -n 1 err; fi; done");
        expect_in(said.out, "many: Cannot allocate memory\n");
        assert_null(strstr(said.out, "warning: "));
}

static void ini_is_checked_if_asked_for(void **state)
{
        struct harness *harness = *state;
        struct said said;

        tool_run(harness, "printf '[one]\\npath = /1\\n' >good.ini; "
                          "printf '[one]\\nkeep-last = x\\npath = /1\\n' >bad.ini");
        tool_expect(harness, "cfgwatch check --format ini good.ini", 0, "");
        tool_expect(harness, "cfgwatch check --format=ini - <good.ini", 0, "");
        tool_expect(harness, "cfgwatch check good.ini", 1, "");
        said = tool_run(harness, "cfgwatch check --format ini bad.ini");
        assert_int_equal(said.status, 1);
        assert_int_equal(strncmp(said.err, "bad.ini:2: ", 11), 0);
        tool_expect(harness, "cfgwatch check --format toml good.ini", 2, "");
}

static void domain_chooses_the_rules(void **state)
{
        struct harness *harness = *state;

        tool_run(harness, "printf 'thing: one\\n\\tany value\\n' >free");
        tool_expect(harness, "cfgwatch check --strict free", 1, "");
        tool_expect(harness, "cfgwatch check --strict --domain things free", 0, "");
        tool_expect(harness, "cfgwatch check --domain ../x free", 2, "");
}

/* --------------------------------------------------------------------- json */

/* File @i of the answer. */
static json_t *file_of(json_t *answer, size_t i)
{
        json_t *file = json_array_get(json_object_get(answer, "files"), i);

        assert_non_null(file);
        return file;
}

static const char *text_of(json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));

        return text ? text : "(none)";
}

static void expect_problem(json_t *file, json_int_t line, bool error, const char *message)
{
        json_t *problem = json_array_get(json_object_get(file, "problems"), 0);

        assert_int_equal(json_array_size(json_object_get(file, "problems")), 1);
        assert_int_equal(json_integer_value(json_object_get(problem, "line")), line);
        assert_true(json_is_boolean(json_object_get(problem, "error")));
        assert_int_equal(json_is_true(json_object_get(problem, "error")), error);
        expect_in(text_of(problem, "message"), message);
}

static json_t *answer_of(struct said said)
{
        json_t *answer = json_loads(said.out, 0, NULL);

        assert_non_null(answer);
        assert_string_equal(said.err, "");
        return answer;
}

static void json_tells_it_all(void **state)
{
        struct harness *harness = *state;
        struct said said =
                tool_run(harness, "printf 'datastore: one\\n\\tpath /1\\n' >good; "
                                  "printf 'datastore: one\\n\\tpath\\n' >bad; "
                                  "printf 'datastore: one\\n\\tpath /1\\n\\tnew-key x\\n' >new; "
                                  "cfgwatch check --json good bad new nosuch - <good");
        json_t *answer = answer_of(said), *file = file_of(answer, 0);

        assert_int_equal(said.status, 4);
        assert_int_equal(json_array_size(json_object_get(answer, "files")), 5);
        assert_string_equal(text_of(file, "path"), "good");
        assert_true(json_is_true(json_object_get(file, "ok")));
        assert_string_equal(text_of(file, "format"), "section-config");
        assert_int_equal(json_integer_value(json_object_get(file, "sections")), 1);
        assert_int_equal(strncmp(text_of(file, "digest"), "sha256:", 7), 0);
        assert_int_equal(strlen(text_of(file, "digest")), 7 + 64);
        assert_int_equal(json_array_size(json_object_get(file, "problems")), 0);
        assert_string_equal(text_of(file_of(answer, 4), "path"), "-");
        assert_string_equal(text_of(file_of(answer, 4), "digest"), text_of(file, "digest"));
        file = file_of(answer, 1);
        assert_true(json_is_false(json_object_get(file, "ok")));
        assert_true(json_is_null(json_object_get(file, "sections")));
        assert_true(json_is_null(json_object_get(file, "digest")));
        expect_problem(file, 2, true, "syntax error");
        expect_problem(file_of(answer, 2), 3, false, "new-key");
        assert_true(json_is_true(json_object_get(file_of(answer, 2), "ok")));
        expect_problem(file_of(answer, 3), 0, true, "No such file");
        json_decref(answer);
}

static void json_is_valid_whatever_the_bytes_are(void **state)
{
        struct harness *harness = *state;
        struct said said;
        json_t *answer;

        said = tool_run(harness, "f=$(printf 'a\\377b'); printf 'x\\377\\033[1m' >$f; "
                                 "cfgwatch check --json $f");
        assert_int_equal(said.status, 1);
        answer = answer_of(said);
        assert_string_equal(text_of(file_of(answer, 0), "path"), "a?b");
        json_decref(answer);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                SYSTEM_TEST(check_is_silent_or_says_where_and_why),
                SYSTEM_TEST(check_takes_the_unknown_for_an_error_only_if_strict),
                SYSTEM_TEST(check_reads_the_input_as_well),
                SYSTEM_TEST(input_is_taken_in_pieces),
                SYSTEM_TEST(input_has_a_bound),
                SYSTEM_TEST(what_is_never_read_whole_is_told),
                SYSTEM_TEST(lack_of_memory_is_told_behind_warnings),
                SYSTEM_TEST(ini_is_checked_if_asked_for),
                SYSTEM_TEST(domain_chooses_the_rules),
                SYSTEM_TEST(json_tells_it_all),
                SYSTEM_TEST(json_is_valid_whatever_the_bytes_are),
        };

        return TESTING_RUN(tests);
}
