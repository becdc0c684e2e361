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

/* The sanitizers and valgrind see who looks behind the last byte. */
static void nothing_behind_the_last_byte_counts(void **state)
{
        static const char *const texts[] = {
                "",           "\r",
                "\n\r",       "\n\r\n",
                "a",          "a:",
                "a: b",       "a: b\r",
                "\xc2",       "\n\xe2",
                "a: b\n\r",   "a: b\n\t",
                "a: b\n\tk ", "a: b\n\tk\xe2\x80",
                "[",          "[a",
                "[a]",        "[a]\r",
                "[a]\n\r",    "[a]\nk",
                "[a]\nk=",    "[a]\nk=v\r",
                "\xef\xbb",   ";",
        };

        for (size_t i = 0; i < 2 * ELEMENTS(texts); i++) {
                struct parse_rules rules = parse_rules_of(i % 2 ? CFGW_LOAD_INI : 0);
                size_t size = strlen(texts[i / 2]);
                _cleanup_free_ char *bytes = malloc(MAX(size, 1));
                struct parse parse;

                assert_non_null(bytes);
                memcpy(bytes, texts[i / 2], size);
                parse = parse_by(bytes, size, "other", &rules);
                assert_true(parse.result == 0 || parse.result == -EBADMSG);
                parse_clear(&parse);
        }
}

/* No text is more than its bounds: it is refused for what it says, or it fits. */
static void the_shortest_words_fit_their_bounds(void **state)
{
        static const struct {
                const char *domain, *text;
                unsigned int flags;
        } cases[] = {
                {"o", "a:b", CFGW_LOAD_STRICT},
                {"o", "a:b\n\n\nc:d\n k v\n l w", CFGW_LOAD_STRICT},
                {"o", "a:b\n k \n l ", CFGW_LOAD_STRICT},
                {"o", "a:b\n\na:b\n\na:b", CFGW_LOAD_STRICT},
                {"o", "[a]", CFGW_LOAD_INI},
                {"o", "[a]\n[b]\n[c]\nk=v\nl=w", CFGW_LOAD_INI},
                {"o", "[p:a]\n[q:b]\nk=\nl=", CFGW_LOAD_INI},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct parse parse = parse_bytes(cases[i].text, strlen(cases[i].text),
                                                 cases[i].domain, cases[i].flags);
                const struct snapshot *verified;

                assert_int_equal(parse.result, 0);
                assert_int_equal(
                        snapshot_verify(parse.snapshot, snapshot_size(parse.snapshot), &verified),
                        0);
                parse_clear(&parse);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_line_is_bounded),
                TEST(sections_are_bounded),
                TEST(properties_of_a_section_are_bounded),
                TEST(ini_files_are_bounded_as_well),
                TEST(nothing_behind_the_last_byte_counts),
                TEST(the_shortest_words_fit_their_bounds),
        };

        return TESTING_RUN(tests);
}
