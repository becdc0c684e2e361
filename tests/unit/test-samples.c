/* SPDX-License-Identifier: MIT */

/* The files of tests/data, against the verdict that their folder states. */

#include "parse.h"
#include "testing.h"

#include <dirent.h>
#include <errno.h>

/* What strict says of a refused file. */
struct refusal {
        const char *file;
        uint32_t line;
        const char *message;
};

static const struct refusal refusals[] = {
        {"bad-01-hash-comment-top.cfg", 1, "syntax error (expected header)"},
        {"bad-02-hash-comment-indented.cfg", 2, "unknown property '#'"},
        {"bad-03-no-blank-between-sections.cfg", 3, "syntax error (expected section properties)"},
        {"bad-04-empty-comment-trailing-space-stripped.cfg", 2,
         "syntax error (expected section properties)"},
        {"bad-05-bom.cfg", 1, "the file begins with a byte order mark"},
        {"bad-06-unknown-property.cfg", 2, "unknown property 'gc-keep-bytes'"},
        {"bad-07-duplicate-property.cfg", 3, "duplicate property 'path'"},
        {"bad-08-missing-path.cfg", 3, "property 'path' is missing and it is not optional."},
        {"bad-09-id-too-short.cfg", 1,
         "syntax error in section identifier: value must be at least 3 characters long"},
        {"bad-13-keep-zero.cfg", 2,
         "property 'keep-last': value must have a minimum value of 1 (got 0)"},
        {"bad-15-comment-too-long.cfg", 2,
         "property 'comment': value may only be 128 characters long"},
        {"bad-20-maintenance-unclosed-quote.cfg", 2,
         "property 'maintenance-mode': unexpected end of string"},
        {"bad-23-truncated-mid-write.cfg", 5, "property 'path' is missing and it is not optional."},
};

/* These two are refused for what tolerant keeps, with a warning in this line. */
static const struct refusal warnings[] = {
        {"bad-02-hash-comment-indented.cfg", 2, "unknown property '#'"},
        {"bad-06-unknown-property.cfg", 2, "unknown property 'gc-keep-bytes'"},
};

static struct parse parse_file(void **state, const char *name, unsigned int flags)
{
        struct source source;
        struct parse parse;

        assert_int_equal(source_read(testing_data(state, name), PARSE_SIZE_MAX, NULL, &source), 0);
        assert_int_equal(source.result, SOURCE_READ);
        parse = parse_bytes(source.data, source.size, "datastore", flags);
        source_clear(&source);
        return parse;
}

static struct parse parse_refused(void **state, const char *file, unsigned int flags)
{
        _cleanup_free_ char *name = format_string("refused/%s", file);

        assert_non_null(name);
        return parse_file(state, name, flags);
}

static void assert_accepted(void **state, const char *file, unsigned int flags)
{
        _cleanup_free_ char *name = format_string("accepted/%s", file);
        const struct snapshot *verified;
        struct parse parse;

        assert_non_null(name);
        parse = parse_file(state, name, flags);
        if (parse.result != 0)
                fail_msg("%s: %s", file, parse_error(&parse, NULL));
        assert_int_equal(snapshot_verify(parse.snapshot, snapshot_size(parse.snapshot), &verified),
                         0);
        assert_true(snapshot_section_count(verified) > 0);
        assert_true(parse_walk(verified) > 0);
        parse_clear(&parse);
}

static void every_accepted_file_is_accepted(void **state)
{
        DIR *directory = opendir(testing_data(state, "accepted"));
        const struct dirent *entry;
        unsigned int count = 0;

        assert_non_null(directory);
        while ((entry = readdir(directory))) {
                if (entry->d_name[0] == '.')
                        continue;
                assert_accepted(state, entry->d_name, CFGW_LOAD_STRICT);
                assert_accepted(state, entry->d_name, CFGW_LOAD_TOLERANT);
                count++;
        }
        closedir(directory);
        assert_int_equal(count, 18);
}

static void every_refused_file_is_in_the_table(void **state)
{
        DIR *directory = opendir(testing_data(state, "refused"));
        const struct dirent *entry;
        unsigned int count = 0;

        assert_non_null(directory);
        while ((entry = readdir(directory)))
                count += entry->d_name[0] != '.';
        closedir(directory);
        assert_int_equal(count, ELEMENTS(refusals));
}

static void strict_refuses_with_line_and_reason(void **state)
{
        for (size_t i = 0; i < ELEMENTS(refusals); i++) {
                struct parse parse = parse_refused(state, refusals[i].file, CFGW_LOAD_STRICT);
                uint32_t line = 0;

                assert_int_equal(parse.result, -EBADMSG);
                assert_string_equal(parse_error(&parse, &line), refusals[i].message);
                assert_int_equal(line, refusals[i].line);
                parse_clear(&parse);
        }
}

static const struct refusal *expected_warning(const char *file)
{
        for (size_t i = 0; i < ELEMENTS(warnings); i++)
                if (strcmp(warnings[i].file, file) == 0)
                        return &warnings[i];
        return NULL;
}

static void tolerant_keeps_what_is_merely_unknown(void **state)
{
        for (size_t i = 0; i < ELEMENTS(refusals); i++) {
                const struct refusal *warning = expected_warning(refusals[i].file);
                struct parse parse = parse_refused(state, refusals[i].file, CFGW_LOAD_TOLERANT);

                assert_int_equal(parse.result, warning ? 0 : -EBADMSG);
                if (warning) {
                        assert_int_equal(cfgw_report_count(parse.report), 1);
                        assert_false(cfgw_report_is_error(parse.report, 0));
                        assert_int_equal(cfgw_report_line(parse.report, 0), warning->line);
                        assert_string_equal(cfgw_report_message(parse.report, 0), warning->message);
                }
                parse_clear(&parse);
        }
}

static void the_thousand_stores_are_all_there_and_small(void **state)
{
        struct parse parse =
                parse_file(state, "accepted/gen-14-seed-1000-stores.cfg", CFGW_LOAD_STRICT);
        const cfgw_section *last;

        assert_int_equal(parse.result, 0);
        assert_int_equal(snapshot_section_count(parse.snapshot), 1000);
        last = snapshot_find(parse.snapshot, "ds1000");
        assert_ptr_equal(last, snapshot_section_at(parse.snapshot, 999));
        assert_string_equal(property_value(section_property(last, "path")),
                            "/pbsbench/pbs-bench/ds1000");
        assert_int_equal(section_line(last), 3997);
        assert_true(snapshot_size(parse.snapshot) < 2 * snapshot_source_size(parse.snapshot));
        parse_clear(&parse);
}

static void a_duplicate_id_takes_the_last_place_and_warns(void **state)
{
        struct parse parse = parse_file(state, "accepted/synth-06-duplicate-id-last-wins.cfg",
                                        CFGW_LOAD_TOLERANT);
        const cfgw_section *dup;

        assert_int_equal(parse.result, 0);
        assert_int_equal(snapshot_section_count(parse.snapshot), 2);
        dup = snapshot_find(parse.snapshot, "dup");
        assert_ptr_equal(dup, snapshot_section_at(parse.snapshot, 1));
        assert_string_equal(property_value(section_property(dup, "path")), "/srv/second");
        assert_null(section_property(dup, "comment"));
        assert_int_equal(cfgw_report_count(parse.report), 1);
        assert_int_equal(cfgw_report_line(parse.report, 0), 8);
        assert_string_equal(cfgw_report_message(parse.report, 0),
                            "section 'dup' in line 8 replaces the one in line 1");
        parse_clear(&parse);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(every_accepted_file_is_accepted),
                TEST(every_refused_file_is_in_the_table),
                TEST(strict_refuses_with_line_and_reason),
                TEST(tolerant_keeps_what_is_merely_unknown),
                TEST(the_thousand_stores_are_all_there_and_small),
                TEST(a_duplicate_id_takes_the_last_place_and_warns),
        };

        return TESTING_RUN(tests);
}
