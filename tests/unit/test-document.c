/* SPDX-License-Identifier: MIT */

/* Limits that are set lower than the default ones. What else documents do: test-section-config. */

#include "parse.h"
#include "testing.h"

#include <errno.h>

#define TWO                                                                                        \
        "datastore: one\n\tpath /srv/one\n\tcomment x\n\n"                                         \
        "datastore: two\n\tpath /srv/two\n"

#define TWO_INI "[one]\npath = /srv/one\ncomment = x\n# remark\n[two]\npath = /srv/two\n"

static struct parse parse_two(const struct parse_rules *rules)
{
        const char *text = rules->format == CFGW_FORMAT_INI ? TWO_INI : TWO;

        return parse_by(text, strlen(text), "datastore", rules);
}

static void assert_taken(const struct parse_rules *rules)
{
        struct parse parse = parse_two(rules);

        assert_int_equal(parse.result, 0);
        assert_int_equal(snapshot_section_count(parse.snapshot), 2);
        parse_clear(&parse);
}

static void assert_refused(const struct parse_rules *rules, uint32_t line, const char *message)
{
        struct parse parse = parse_two(rules);
        uint32_t told = 0;

        assert_int_equal(parse.result, -EBADMSG);
        assert_string_equal(parse_error(&parse, &told), message);
        assert_int_equal(told, line);
        parse_clear(&parse);
}

static void a_line_is_bounded(void **state)
{
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_STRICT);

        rules.limits.line = 15;
        assert_taken(&rules);
        rules.limits.line = 14;
        assert_taken(&rules);
        rules.limits.line = 13;
        assert_refused(&rules, 1, "the line is longer than 13 bytes");
}

static void sections_are_bounded(void **state)
{
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_STRICT);

        rules.limits.sections = 3;
        assert_taken(&rules);
        rules.limits.sections = 2;
        assert_taken(&rules);
        rules.limits.sections = 1;
        assert_refused(&rules, 5, "more than 1 sections");
}

static void properties_of_a_section_are_bounded(void **state)
{
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_STRICT);

        rules.limits.properties = 3;
        assert_taken(&rules);
        rules.limits.properties = 2;
        assert_taken(&rules);
        rules.limits.properties = 1;
        assert_refused(&rules, 3, "more than 1 properties in one section");
}

static void ini_files_are_bounded_as_well(void **state)
{
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_STRICT | CFGW_LOAD_INI);

        rules.limits = (struct parse_limits){
                .size = strlen(TWO_INI), .line = 15, .sections = 2, .properties = 2};
        assert_taken(&rules);
        rules.limits.line = 14;
        assert_refused(&rules, 2, "the line is longer than 14 bytes");
        rules.limits.line = 15;
        rules.limits.sections = 1;
        assert_refused(&rules, 5, "more than 1 sections");
        rules.limits.sections = 2;
        rules.limits.properties = 1;
        assert_refused(&rules, 3, "more than 1 properties in one section");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_line_is_bounded),
                TEST(sections_are_bounded),
                TEST(properties_of_a_section_are_bounded),
                TEST(ini_files_are_bounded_as_well),
        };

        return TESTING_RUN(tests);
}
