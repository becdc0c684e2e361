/* SPDX-License-Identifier: MIT */

/* INI files as domains: what is taken, and what is refused with which line. */

#include "parse.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>

#define STRICT (CFGW_LOAD_INI | CFGW_LOAD_STRICT)
#define USER "[root@pam]\nenable = 1\n[token: root@pam!x]\n"
#define OTHER "[one]\n[ two ]\n[x : three]\n"
#define STORE "[store1]\npath = /srv/1\n"

static void assert_value(const char *text, const char *key, const char *value)
{
        /* No schema has an opinion on values of this domain. */
        struct parse parse = parse_bytes(text, strlen(text), "other", CFGW_LOAD_INI);
        const cfgw_property *property;

        assert_int_equal(parse.result, 0);
        property = section_property(snapshot_section_at(parse.snapshot, 0), key);
        assert_non_null(property);
        assert_string_equal(property_value(property), value);
        parse_clear(&parse);
}

static void assert_refused_bytes(const char *data, size_t size, uint32_t line, const char *message)
{
        struct parse parse = parse_bytes(data, size, "datastore", CFGW_LOAD_INI);
        uint32_t told = 0;

        assert_int_equal(parse.result, -EBADMSG);
        assert_null(parse.snapshot);
        assert_string_equal(parse_error(&parse, &told), message);
        assert_int_equal(told, line);
        parse_clear(&parse);
}

static void assert_refused(const char *text, uint32_t line, const char *message)
{
        assert_refused_bytes(text, strlen(text), line, message);
}

/* -------------------------------------------------------------------- what is taken */

static void sections_and_keys_are_found_with_their_lines(void **state)
{
        struct parse parse =
                parse_text("; a comment\n\n[datastore: one]\n# another\npath = /srv/1\n"
                           "\ncomment: x = y\n[two] ; here as well\npath=/srv/2",
                           STRICT);
        const cfgw_section *one, *two;

        assert_int_equal(parse.result, 0);
        assert_int_equal(snapshot_format(parse.snapshot), CFGW_FORMAT_INI);
        assert_int_equal(snapshot_section_count(parse.snapshot), 2);
        one = snapshot_find(parse.snapshot, "one");
        assert_string_equal(section_type(one), "datastore");
        assert_int_equal(section_line(one), 3);
        assert_int_equal(section_property_count(one), 2);
        assert_int_equal(property_line(section_property(one, "path")), 5);
        assert_string_equal(property_value(section_property(one, "comment")), "x = y");
        assert_int_equal(property_line(section_property(one, "comment")), 7);
        two = snapshot_find(parse.snapshot, "two");
        assert_string_equal(section_type(two), "datastore");
        assert_int_equal(section_line(two), 8);
        assert_string_equal(property_value(section_property(two, "path")), "/srv/2");
        assert_int_equal(cfgw_report_count(parse.report), 0);
        parse_clear(&parse);
}

static void a_section_without_a_type_is_of_the_domains(void **state)
{
        struct parse user = parse_bytes(USER, strlen(USER), "user", STRICT);
        struct parse other = parse_bytes(OTHER, strlen(OTHER), "my-domain", STRICT);

        assert_int_equal(user.result, 0);
        assert_string_equal(section_type(snapshot_find(user.snapshot, "root@pam")), "user");
        assert_string_equal(section_type(snapshot_find(user.snapshot, "root@pam!x")), "token");
        parse_clear(&user);
        assert_int_equal(other.result, 0);
        assert_string_equal(section_type(snapshot_find(other.snapshot, "one")), "my-domain");
        assert_string_equal(section_type(snapshot_find(other.snapshot, "two")), "my-domain");
        assert_string_equal(section_type(snapshot_find(other.snapshot, "three")), "x");
        parse_clear(&other);
}

/* The same content in both formats differs in nothing but where it stands. */
static void both_formats_give_the_same(void **state)
{
        struct parse ini =
                parse_text(STORE "comment = a  b\nkeep-last = 3\n[store2]\npath = /2\n", STRICT);
        struct parse native = parse_text("datastore: store1\n\tpath /srv/1\n\tcomment a  b\n"
                                         "\tkeep-last 3\n\ndatastore: store2\n\tpath /2\n",
                                         CFGW_LOAD_STRICT);

        assert_int_equal(ini.result, 0);
        assert_int_equal(native.result, 0);
        for (size_t i = 0; i < 2; i++) {
                const cfgw_section *a = snapshot_section_at(ini.snapshot, i);
                const cfgw_section *b = snapshot_section_at(native.snapshot, i);

                assert_string_equal(section_name(a), section_name(b));
                assert_string_equal(section_type(a), section_type(b));
                assert_int_equal(section_property_count(a), section_property_count(b));
                for (size_t j = 0; j < section_property_count(a); j++) {
                        const cfgw_property *p = section_property_at(a, j);
                        const cfgw_property *q = section_property_at(b, j);

                        assert_string_equal(property_key(p), property_key(q));
                        assert_string_equal(property_value(p), property_value(q));
                }
        }
        parse_clear(&ini);
        parse_clear(&native);
}

static void values_are_what_was_written(void **state)
{
        assert_value(STORE "comment =   a\tb  \n", "comment", "a\tb");
        assert_value(STORE "comment =\n", "comment", "");
        assert_value(STORE "comment=a;b#c # d\n", "comment", "a;b#c # d");
        assert_value(STORE "comment=;a\n", "comment", ";a");
        assert_value(STORE "comment = \"a\"\n", "comment", "\"a\"");
        assert_value(STORE "comment = [x]\n", "comment", "[x]");
        assert_value(STORE "comment = \\\n", "comment", "\\");
        assert_value(STORE "comment = gr\xc3\xbc\xc3\x9f \xc3\xa0\n", "comment",
                     "gr\xc3\xbc\xc3\x9f \xc3\xa0");
        assert_value(STORE "tuning = sync-level=file,chunk-order=none\n", "tuning",
                     "sync-level=file,chunk-order=none");
}

static void line_ends_of_other_systems_are_taken(void **state)
{
        struct parse parse =
                parse_text("[one]\r\npath = /srv/1\r\n\r\n[two]\r\npath=/2\r\n", STRICT);

        assert_int_equal(parse.result, 0);
        assert_string_equal(
                property_value(section_property(snapshot_find(parse.snapshot, "one"), "path")),
                "/srv/1");
        assert_int_equal(section_line(snapshot_find(parse.snapshot, "two")), 4);
        parse_clear(&parse);
}

static void an_empty_file_has_no_sections(void **state)
{
        static const char *const texts[] = {"", "\n\n", "# nothing\n", "; nothing"};

        for (size_t i = 0; i < ELEMENTS(texts); i++) {
                struct parse parse = parse_text(texts[i], STRICT);

                assert_int_equal(parse.result, 0);
                assert_int_equal(snapshot_section_count(parse.snapshot), 0);
                parse_clear(&parse);
        }
}

static void what_the_schema_does_not_know_passes_tolerantly(void **state)
{
        struct parse parse = parse_text("[other: one]\n[two]\npath = /2\nnew = 1\n", CFGW_LOAD_INI);

        assert_int_equal(parse.result, 0);
        assert_int_equal(cfgw_report_count(parse.report), 2);
        assert_int_equal(cfgw_report_line(parse.report, 0), 1);
        assert_string_equal(cfgw_report_message(parse.report, 0), "unknown section type 'other'");
        assert_int_equal(cfgw_report_line(parse.report, 1), 4);
        assert_string_equal(cfgw_report_message(parse.report, 1), "unknown property 'new'");
        parse_clear(&parse);
        parse = parse_text("[two]\npath = /2\nnew = 1\n", STRICT);
        assert_int_equal(parse.result, -EBADMSG);
        parse_clear(&parse);
}

/* ----------------------------------------------------------- at inih's own bounds */

/* A line of @size bytes behind STORE, and one more that would be believed if it were cut. */
static void make_long_line(char *ret, size_t size)
{
        size_t head = strlen(STORE);

        strcpy(ret, STORE);
        memset(ret + head, 'x', size);
        memcpy(ret + head, "comment=", 8);
        /* What inih would take for a line of its own, if it began there. */
        memcpy(ret + head + 199, "k=v", 3);
        strcpy(ret + head + size, "\nkeep-last = 1\n");
}

static void a_line_has_198_bytes_at_most(void **state)
{
        for (size_t size = 190; size <= 210; size++) {
                /* Of the domain "other", where no schema bounds the value. */
                char text[300];
                struct parse parse;
                uint32_t line;

                make_long_line(text, size);
                parse = parse_bytes(text, strlen(text), "other", CFGW_LOAD_INI);
                if (size <= 198) {
                        const cfgw_section *section = snapshot_section_at(parse.snapshot, 0);

                        assert_int_equal(parse.result, 0);
                        assert_int_equal(section_property_count(section), 3);
                        assert_int_equal(
                                strlen(property_value(section_property(section, "comment"))),
                                size - 8);
                } else {
                        assert_int_equal(parse.result, -EBADMSG);
                        assert_string_equal(parse_error(&parse, &line), "line over 198 bytes");
                        assert_int_equal(line, 3);
                }
                parse_clear(&parse);
        }
}

static void comments_and_headers_are_lines_too(void **state)
{
        char text[400];

        snprintf(text, sizeof(text), "#%0198d\n", 0);
        assert_refused(text, 1, "line over 198 bytes");
        snprintf(text, sizeof(text), "\n[store1] #%0190d\n", 0);
        assert_refused(text, 2, "line over 198 bytes");
        snprintf(text, sizeof(text), "\n%200s\n", "");
        assert_refused(text, 2, "line over 198 bytes");
}

static void names_have_49_bytes_at_most(void **state)
{
        for (int size = 48; size <= 51; size++) {
                char text[200];
                struct parse parse;

                snprintf(text, sizeof(text), "[%0*d]\n%0*d = 1\n", size, 1, 49, 2);
                parse = parse_bytes(text, strlen(text), "other", CFGW_LOAD_INI);
                assert_int_equal(parse.result, size <= 49 ? 0 : -EBADMSG);
                if (parse.snapshot)
                        assert_int_equal(
                                strlen(section_name(snapshot_section_at(parse.snapshot, 0))), size);
                else
                        assert_string_equal(parse_error(&parse, NULL),
                                            "section name over 49 bytes");
                parse_clear(&parse);

                snprintf(text, sizeof(text), "[a]\n%0*d = 1\n", size, 2);
                parse = parse_bytes(text, strlen(text), "other", CFGW_LOAD_INI);
                assert_int_equal(parse.result, size <= 49 ? 0 : -EBADMSG);
                if (!parse.snapshot)
                        assert_string_equal(parse_error(&parse, NULL), "key over 49 bytes");
                parse_clear(&parse);
        }
}

/* ------------------------------------------------------------------- what is refused */

static void bytes_that_are_no_text_are_refused(void **state)
{
        static const char nul[] = STORE "comment = a\0keep-last = 1\n";

        assert_refused_bytes(nul, sizeof(nul) - 1, 3, "the line holds a NUL byte");
        assert_refused(STORE "comment = \xff\n", 3, "the line is not valid UTF-8");
        assert_refused("# \xe9\n" STORE, 1, "the line is not valid UTF-8");
        assert_refused("\xef\xbb\xbf" STORE, 1, "the file begins with a byte order mark");
        assert_refused("\xff\xfe[\0", 1, "the line is not valid UTF-8");
}

static void what_inih_would_cut_or_merge_is_refused(void **state)
{
        assert_refused(STORE "comment = a ; b\n", 3, "a blank and ';' in a value");
        assert_refused(STORE "comment = a\t; b\n", 3, "a blank and ';' in a value");
        assert_refused(STORE "comment = ; b\n", 3, "a blank and ';' in a value");
        assert_refused(STORE "comment = a\n  b = c\n", 4,
                       "indented line (continuation is not supported)");
        assert_refused(STORE " [store2]\n", 3, "indented line (continuation is not supported)");
        assert_refused(STORE "[store2] path = /2\n", 3, "syntax error (text behind ']')");
        assert_refused(STORE "[store2\n", 3, "syntax error (expected ']')");
        assert_refused(STORE "comment\n", 3, "syntax error (expected 'key = value')");
        assert_refused(STORE "= x\n", 3, "syntax error (expected 'key = value')");
        assert_refused("path = /srv/1\n" STORE, 1, "key outside of a section");
}

static void what_is_there_twice_is_refused(void **state)
{
        assert_refused(STORE "\n[store2]\npath = /2\n[store1]\npath = /3\n", 6,
                       "section 'store1' is there already, in line 1");
        assert_refused(STORE "[datastore: store1]\n", 3,
                       "section 'store1' is there already, in line 1");
        assert_refused(STORE "comment = a\n[store2]\npath = /2\npath = /3\n", 6,
                       "duplicate property 'path'");
}

static void the_schema_refuses_as_in_the_other_format(void **state)
{
        assert_refused("\n[store1]\n\ncomment = x\n\n[store2]\npath = /2\n", 2,
                       "property 'path' is missing and it is not optional.");
        assert_refused("\n[store1]\ncomment = x\n\n", 2,
                       "property 'path' is missing and it is not optional.");
        assert_refused("\n[store1]\n[store2]\npath = /2\n", 2,
                       "property 'path' is missing and it is not optional.");
        assert_refused(STORE "keep-last = 0\n", 3,
                       "property 'keep-last': value must have a minimum value of 1 (got 0)");
}

static void names_of_sections_are_checked(void **state)
{
        struct parse parse;

        assert_refused("[: store1]\n", 1, "syntax error (expected [TYPE: ID] or [ID])");
        assert_refused("[a b: store1]\n", 1, "syntax error (expected [TYPE: ID] or [ID])");
        parse = parse_text("[]\n", CFGW_LOAD_INI);
        assert_int_equal(parse.result, -EBADMSG);
        parse_clear(&parse);
        parse = parse_bytes("[a/b]\n", 6, "other", CFGW_LOAD_INI);
        assert_int_equal(parse.result, -EBADMSG);
        assert_string_equal(parse_error(&parse, NULL),
                            "syntax error in section identifier: value does not match the regex "
                            "pattern");
        parse_clear(&parse);
}

/* The verdict on each prefix is a verdict on whole lines: a cut line is never believed wrongly. */
static void every_prefix_is_read_or_refused_as_it_stands(void **state)
{
        static const char text[] = "[one]\r\npath = /srv/1\n; c\n[two]\npath=/2\ncomment = a\n";

        for (size_t size = 0; size < strlen(text); size++) {
                struct parse parse = parse_bytes(text, size, "datastore", CFGW_LOAD_INI);
                const struct snapshot *verified;

                if (parse.snapshot)
                        assert_int_equal(snapshot_verify(parse.snapshot,
                                                         snapshot_size(parse.snapshot), &verified),
                                         0);
                else
                        assert_non_null(parse_error(&parse, NULL));
                parse_clear(&parse);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(sections_and_keys_are_found_with_their_lines),
                TEST(a_section_without_a_type_is_of_the_domains),
                TEST(both_formats_give_the_same),
                TEST(values_are_what_was_written),
                TEST(line_ends_of_other_systems_are_taken),
                TEST(an_empty_file_has_no_sections),
                TEST(what_the_schema_does_not_know_passes_tolerantly),
                TEST(a_line_has_198_bytes_at_most),
                TEST(comments_and_headers_are_lines_too),
                TEST(names_have_49_bytes_at_most),
                TEST(bytes_that_are_no_text_are_refused),
                TEST(what_inih_would_cut_or_merge_is_refused),
                TEST(what_is_there_twice_is_refused),
                TEST(the_schema_refuses_as_in_the_other_format),
                TEST(names_of_sections_are_checked),
                TEST(every_prefix_is_read_or_refused_as_it_stands),
        };

        return TESTING_RUN(tests);
}
