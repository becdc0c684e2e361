/* SPDX-License-Identifier: MIT */
#include "parse.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>

#define HEADER "syntax error (expected header)"
#define CONTENT "syntax error (expected section properties)"
#define MISSING "property 'path' is missing and it is not optional."
#define IDENTIFIER "syntax error in section identifier: "
#define NO_MATCH "value does not match the regex pattern"
#define STORE "datastore: abc\n\tpath /a\n"

/* A text that strict refuses in @line for @message; @tolerant: it does so, too. */
struct refusal {
        const char *text;
        uint32_t line;
        const char *message;
        bool tolerant;
};

static const struct refusal refusals[] = {
        /* outside of a section: a header or nothing */
        {"path /a\n", 1, HEADER, true},
        {"\n\n# x\n", 3, HEADER, true},
        {" datastore: abc\n\tpath /a\n", 1, HEADER, true},
        {"\tdatastore: abc\n", 1, HEADER, true},
        {"\xc2\xa0"
         "datastore: abc\n",
         1, HEADER, true},
        {": abc\n", 1, HEADER, true},
        {"1datastore: abc\n", 1, HEADER, true},
        {"_datastore: abc\n", 1, HEADER, true},
        {"datastore\n", 1, HEADER, true},
        {"[datastore: abc]\n", 1, HEADER, true},
        {STORE "\n\tcomment x\n", 4, HEADER, true},
        {STORE " \t \n\tcomment x\n", 4, HEADER, true},
        {STORE "\r\n\tcomment x\n", 4, HEADER, true},
        {STORE "\xe3\x80\x80\n\tcomment x\n", 4, HEADER, true},
        /* its id */
        {"datastore:\n", 1, IDENTIFIER "value must be at least 3 characters long", true},
        {"datastore:   \n", 1, IDENTIFIER "value must be at least 3 characters long", true},
        {"datastore: ab\n", 1, IDENTIFIER "value must be at least 3 characters long", true},
        {"datastore: a23456789012345678901234567890123\n", 1,
         IDENTIFIER "value may only be 32 characters long", true},
        {"datastore: a b\n", 1, IDENTIFIER NO_MATCH, true},
        {"datastore: -abc\n", 1, IDENTIFIER NO_MATCH, true},
        {"datastore: .abc\n", 1, IDENTIFIER NO_MATCH, true},
        {"datastore: a:c\n", 1, IDENTIFIER NO_MATCH, true},
        {"datastore: a/c\n", 1, IDENTIFIER NO_MATCH, true},
        {"datastore: \xc3\xa4\xc3\xa4\xc3\xa4\n", 1, IDENTIFIER NO_MATCH, true},
        /* its type */
        {"store: abc\n\tpath /a\n", 1, "unknown section type 'store'", false},
        {"Datastore: abc\n\tpath /a\n", 1, "unknown section type 'Datastore'", false},
        {"datastores: abc\n\tpath /a\n", 1, "unknown section type 'datastores'", false},
        {"data: abc\n\tpath /a\n", 1, "unknown section type 'data'", false},
        {"data store: abc\n\tpath /a\n", 1, "unknown section type 'data store'", true},
        {"dat\x01: abc\n\tpath /a\n", 1, "unknown section type 'dat\x01'", true},
        {STORE "\nstore: \n", 4, "unknown section type 'store'", false},
        /* inside: white space, key, white space, value */
        {STORE "datastore: def\n", 3, CONTENT, true},
        {"datastore: abc\npath /a\n", 2, CONTENT, true},
        {"datastore: abc\n\tpath /a\n\tcomment\n", 3, CONTENT, true},
        {"datastore: abc\n\tpath /a\n\tcomment\r\n", 3, CONTENT, true},
        {"datastore: abc\n\tpath /a\n\tcomment", 3, CONTENT, true},
        {"datastore: abc\n\tpath /a\n\tcomment=x\n", 3, CONTENT, true},
        {"datastore: abc\n\tpath /a\n# x\n", 3, CONTENT, true},
        {"datastore: abc\n\tpath /a\n\t# x\n", 3, "unknown property '#'", false},
        {"datastore: abc\n\tpath /a\n\tPath /b\n", 3, "unknown property 'Path'", false},
        {"datastore: abc\n\tpath /a\n\tpath: /b\n", 3, "unknown property 'path:'", false},
        {"datastore: abc\n\tpat /a\n", 2, "unknown property 'pat'", false},
        {"datastore: abc\n\tpath /a\n\tpath /a\n", 3, "duplicate property 'path'", true},
        {"datastore: abc\n\tpath /a\n\tcomment \n\tcomment \n", 4, "duplicate property 'comment'",
         true},
        {"datastore: abc\n\tx 1\n\tx 2\n\tpath /a\n", 2, "unknown property 'x'", false},
        {"datastore: abc\n\tpath \n", 2,
         "property 'path': value must be at least 1 characters long", true},
        {"datastore: abc\n\tcomment a\tb\n", 2, "property 'comment': " NO_MATCH, true},
        {"datastore: abc\n\tcomment a\rb\n", 2, "property 'comment': " NO_MATCH, true},
        {"datastore: abc\n\tpath /a\n\tkeep-last\t0\n", 3,
         "property 'keep-last': value must have a minimum value of 1 (got 0)", true},
        /* the value is looked at before the key's first use */
        {"datastore: abc\n\tkeep-last 1\n\tkeep-last 0\n", 3,
         "property 'keep-last': value must have a minimum value of 1 (got 0)", true},
        /* the end of a section asks for what it needs */
        {"datastore: abc", 1, MISSING, true},
        {"datastore: abc\n", 1, MISSING, true},
        {"datastore: abc\n\n", 2, MISSING, true},
        {"datastore: abc\n\tcomment x", 2, MISSING, true},
        {"datastore: abc\n\tcomment x\n", 2, MISSING, true},
        {"datastore: abc\n\tcomment x\n \n", 3, MISSING, true},
        {"datastore: abc\n\tcomment x\n\n\n\n", 3, MISSING, true},
        {STORE "\ndatastore: def\n\n", 5, MISSING, true},
        /* a replaced section counts like any other */
        {"datastore: abc\n\n" STORE, 2, MISSING, true},
        /* not text */
        {"\xef\xbb\xbf" STORE, 1, "the file begins with a byte order mark", true},
        {"\xef\xbb\xbf", 1, "the file begins with a byte order mark", true},
        {"\n\xef\xbb\xbf" STORE, 2, HEADER, true},
        {"\xff\xfe" STORE, 1, "the line is not valid UTF-8", true},
        {"datastore: abc\n\tpath /a\n\tcomment gr\xfc\xdf\n", 3, "the line is not valid UTF-8",
         true},
        {"datastore: abc\n\tpath /a\n\tcomment \xc3\n", 3, "the line is not valid UTF-8", true},
        {"datastore: abc\n\tpath /\xed\xa0\x80\n", 2, "the line is not valid UTF-8", true},
        /* the first error only, in the order of the lines */
        {"datastore: ab\n\tx\n\xff", 1, IDENTIFIER "value must be at least 3 characters long",
         true},
};

static void assert_refused(const char *data, size_t size, unsigned int flags,
                           const struct refusal *expected)
{
        struct parse parse = parse_bytes(data, size, "datastore", flags);
        uint32_t line = 0;
        const char *message = parse_error(&parse, &line);

        if (parse.result != -EBADMSG || !message || strcmp(message, expected->message) != 0 ||
            line != expected->line)
                fail_msg("%s\nline %u, %s instead of line %u, %s", expected->text, line,
                         message ? message : "accepted", expected->line, expected->message);
        parse_clear(&parse);
}

static void strict_refuses_with_the_right_line_and_words(void **state)
{
        for (size_t i = 0; i < ELEMENTS(refusals); i++)
                assert_refused(refusals[i].text, strlen(refusals[i].text), CFGW_LOAD_STRICT,
                               &refusals[i]);
}

static void tolerant_refuses_all_but_the_unknown(void **state)
{
        for (size_t i = 0; i < ELEMENTS(refusals); i++) {
                struct parse parse;

                if (refusals[i].tolerant) {
                        assert_refused(refusals[i].text, strlen(refusals[i].text),
                                       CFGW_LOAD_TOLERANT, &refusals[i]);
                        continue;
                }
                /* Kept or refused for another reason, but never without a word about it. */
                parse = parse_text(refusals[i].text, CFGW_LOAD_TOLERANT);
                assert_true(cfgw_report_count(parse.report) > 0);
                parse_clear(&parse);
        }
}

static void a_nul_byte_is_refused_in_its_line(void **state)
{
        static const char in_value[] = "datastore: abc\n\tpath /a\0b\n";
        static const char at_end[] = "datastore: abc\n\tpath /a\n\n\0";
        static const struct refusal value = {"NUL in a value", 2, "the line holds a NUL byte",
                                             true};
        static const struct refusal end = {"NUL at the end", 4, "the line holds a NUL byte", true};

        assert_refused(in_value, sizeof(in_value) - 1, CFGW_LOAD_STRICT, &value);
        assert_refused(at_end, sizeof(at_end) - 1, CFGW_LOAD_TOLERANT, &end);
}

/* What a text is read as: "type:id{key=value;key=value;}type:id{}". */
struct reading {
        const char *text;
        const char *content;
};

static const struct reading readings[] = {
        {"", ""},
        {"\n", ""},
        {"\n \n\t\n\r\n\n", ""},
        {STORE, "datastore:abc{path=/a;}"},
        {"datastore:abc\n\tpath /a\n", "datastore:abc{path=/a;}"},
        {"datastore :  abc \n\tpath /a\n", "datastore:abc{path=/a;}"},
        {"datastore: abc\r\n\tpath /a\r\n\r\n", "datastore:abc{path=/a;}"},
        {"datastore: abc\n\tpath /a", "datastore:abc{path=/a;}"},
        {"datastore: abc\n\tpath /a\r", "datastore:abc{path=/a;}"},
        {"datastore: abc\n\tpath /a\n\n\n\n", "datastore:abc{path=/a;}"},
        {"datastore: abc\n\tpath /a\n \t", "datastore:abc{path=/a;}"},
        {"datastore: abc\n path /a\n", "datastore:abc{path=/a;}"},
        {"datastore: abc\n \t \tpath \t /a \t\n", "datastore:abc{path=/a;}"},
        {"datastore: abc\n\tpath /a  b\n", "datastore:abc{path=/a  b;}"},
        {"datastore: abc\n\tpath /a # b\n", "datastore:abc{path=/a # b;}"},
        {"datastore: abc\n\tpath \"/a\"\n", "datastore:abc{path=\"/a\";}"},
        {"datastore: abc\n\tcomment \n\tpath /a\n", "datastore:abc{comment=;path=/a;}"},
        {"datastore: abc\n\tpath /a\n\tcomment ", "datastore:abc{path=/a;comment=;}"},
        {"datastore: abc\n\tpath /a\n\tcomment\r", "datastore:abc{path=/a;comment=;}"},
        {"datastore: abc\n\tcomment\t\n\tpath /a\n", "datastore:abc{comment=;path=/a;}"},
        {STORE "\ndatastore: def\n\tpath /d\n", "datastore:abc{path=/a;}datastore:def{path=/d;}"},
        {STORE "   \ndatastore: def\n\tpath /d\n",
         "datastore:abc{path=/a;}datastore:def{path=/d;}"},
        {STORE "\xc2\x85\ndatastore: def\n\tpath /d\n",
         "datastore:abc{path=/a;}datastore:def{path=/d;}"},
        {STORE "\n" STORE, "datastore:abc{path=/a;}"},
        {"datastore: _a.b-C9\n\tpath /a\n", "datastore:_a.b-C9{path=/a;}"},
        {"datastore: abc\n\tpath a:b\n", "datastore:abc{path=a:b;}"},
        /* white space is Unicode's */
        {"datastore:\xc2\xa0"
         "abc\xe2\x80\x83\n\xe3\x80\x80path\xe2\x80\xa8/a\xe1\x9a\x80\n",
         "datastore:abc{path=/a;}"},
        {"datastore: abc\n\xc2\x85path\xe2\x81\x9f/a\xe2\x80\xaf\n", "datastore:abc{path=/a;}"},
        {"datastore: abc\v\f\n\vpath\f/a\v\n", "datastore:abc{path=/a;}"},
        /* and nothing else is: U+200B, U+180E, U+FEFF, U+001F */
        {"datastore: abc\n\tpath \xe2\x80\x8b/a\xe1\xa0\x8e\xef\xbb\xbf\x1f\n",
         "datastore:abc{path=\xe2\x80\x8b/a\xe1\xa0\x8e\xef\xbb\xbf\x1f;}"},
};

static void describe(const struct snapshot *snapshot, char *to, size_t size)
{
        FILE *stream = fmemopen(to, size, "w");

        assert_non_null(stream);
        for (size_t i = 0; i < snapshot_section_count(snapshot); i++) {
                const cfgw_section *section = snapshot_section_at(snapshot, i);

                fprintf(stream, "%s:%s{", section_type(section), section_name(section));
                for (size_t j = 0; j < section_property_count(section); j++) {
                        const cfgw_property *property = section_property_at(section, j);

                        fprintf(stream, "%s=%s;", property_key(property), property_value(property));
                }
                fprintf(stream, "}");
        }
        fputc('\0', stream);
        fclose(stream);
}

static void both_read_the_same_content(void **state)
{
        for (size_t i = 0; i < 2 * ELEMENTS(readings); i++) {
                const struct reading *reading = &readings[i / 2];
                struct parse parse =
                        parse_text(reading->text, i % 2 ? CFGW_LOAD_STRICT : CFGW_LOAD_TOLERANT);
                char content[512];

                if (parse.result != 0)
                        fail_msg("%s: %s", reading->text, parse_error(&parse, NULL));
                describe(parse.snapshot, content, sizeof(content));
                assert_string_equal(content, reading->content);
                parse_clear(&parse);
        }
}

/* All 25 of Unicode's White_Space, and what is next to them. */
static void white_space_is_exactly_unicodes(void **state)
{
        static const struct {
                const char *character;
                bool blank;
        } characters[] = {
                {"\x08", false},
                {"\t", true},
                {"\v", true},
                {"\f", true},
                {"\r", true},
                {"\x0e", false},
                {"\x1c", false},
                {" ", true},
                {"!", false},
                {"\xc2\x84", false},
                {"\xc2\x85", true},
                {"\xc2\x86", false},
                {"\xc2\x9f", false},
                {"\xc2\xa0", true},
                {"\xc2\xa1", false},
                {"\xe1\x9a\x80", true},
                {"\xe1\x9a\x81", false},
                {"\xe1\x9b\x80", false},
                {"\xe2\x80\x80", true},
                {"\xe2\x80\x85", true},
                {"\xe2\x80\x8a", true},
                {"\xe2\x80\x8b", false},
                {"\xe2\x80\xa7", false},
                {"\xe2\x80\xa8", true},
                {"\xe2\x80\xa9", true},
                {"\xe2\x80\xaa", false},
                {"\xe2\x80\xaf", true},
                {"\xe2\x80\xb0", false},
                {"\xe2\x81\x9e", false},
                {"\xe2\x81\x9f", true},
                {"\xe2\x81\xa0", false},
                {"\xe2\x82\x80", false},
                {"\xe3\x80\x80", true},
                {"\xe3\x80\x81", false},
                {"\xe3\x81\x80", false},
                {"\xf0\x9f\x98\x80", false},
        };

        for (size_t i = 0; i < ELEMENTS(characters); i++) {
                const char *c = characters[i].character;
                char text[64];
                struct parse parse;

                /* in front, between, and behind: all three or none */
                snprintf(text, sizeof(text), "datastore: abc\n%spath%s/a%s", c, c, c);
                parse = parse_text(text, CFGW_LOAD_STRICT);
                assert_int_equal(parse.result, characters[i].blank ? 0 : -EBADMSG);
                if (characters[i].blank)
                        assert_string_equal(property_value(section_property_at(
                                                    snapshot_section_at(parse.snapshot, 0), 0)),
                                            "/a");
                parse_clear(&parse);
        }
}

static void tolerant_keeps_unknown_keys_and_types_with_a_warning(void **state)
{
        struct parse parse = parse_text("datastore: abc\n\tfuture 1\n\tpath /a\n\n"
                                        "s3-thing: x\n\tany thing\n\tpath \n",
                                        CFGW_LOAD_TOLERANT);
        char content[256];

        assert_int_equal(parse.result, 0);
        describe(parse.snapshot, content, sizeof(content));
        assert_string_equal(content,
                            "datastore:abc{future=1;path=/a;}s3-thing:x{any=thing;path=;}");
        assert_int_equal(cfgw_report_count(parse.report), 2);
        assert_int_equal(cfgw_report_line(parse.report, 0), 2);
        assert_string_equal(cfgw_report_message(parse.report, 0), "unknown property 'future'");
        assert_int_equal(cfgw_report_line(parse.report, 1), 5);
        assert_string_equal(cfgw_report_message(parse.report, 1),
                            "unknown section type 's3-thing'");
        parse_clear(&parse);
}

static void tolerant_still_wants_safe_ids_and_single_keys(void **state)
{
        static const struct refusal refused[] = {
                {"other: \n", 1, IDENTIFIER NO_MATCH, true},
                {"other: a b\n", 1, IDENTIFIER NO_MATCH, true},
                {"Note: this is no header\n", 1, IDENTIFIER NO_MATCH, true},
                {"other: a\n\tk 1\n\tk 2\n", 3, "duplicate property 'k'", true},
                {"datastore: abc\n\tk 1\n\tk 2\n", 3, "duplicate property 'k'", true},
        };

        for (size_t i = 0; i < ELEMENTS(refused); i++)
                assert_refused(refused[i].text, strlen(refused[i].text), CFGW_LOAD_TOLERANT,
                               &refused[i]);
}

static void a_domain_without_schema_takes_any_type_and_key(void **state)
{
        static const char text[] = "remote: r1\n\thost pbs\n\nsync: s-1\n\tstore x\n";
        struct parse parse = parse_bytes(text, sizeof(text) - 1, "remotes", CFGW_LOAD_STRICT);
        char content[256];

        assert_int_equal(parse.result, 0);
        describe(parse.snapshot, content, sizeof(content));
        assert_string_equal(content, "remote:r1{host=pbs;}sync:s-1{store=x;}");
        assert_int_equal(cfgw_report_count(parse.report), 0);
        parse_clear(&parse);
}

static void lines_are_told_for_sections_and_properties(void **state)
{
        struct parse parse = parse_text("\n\n" STORE "\n\n\ndatastore: def\n\tcomment x\n\tpath /d",
                                        CFGW_LOAD_STRICT);
        const cfgw_section *second;

        assert_int_equal(parse.result, 0);
        assert_int_equal(section_line(snapshot_section_at(parse.snapshot, 0)), 3);
        second = snapshot_find(parse.snapshot, "def");
        assert_int_equal(section_line(second), 8);
        assert_int_equal(property_line(section_property(second, "comment")), 9);
        assert_int_equal(property_line(section_property(second, "path")), 10);
        parse_clear(&parse);
}

/* ------------------------------------------------------------------------- bounds */

struct growing {
        char *data;
        size_t size;
        FILE *stream;
};

static FILE *grow(struct growing *growing)
{
        growing->stream = open_memstream(&growing->data, &growing->size);
        assert_non_null(growing->stream);
        return growing->stream;
}

static struct parse parse_grown(struct growing *growing, unsigned int flags)
{
        struct parse parse;

        assert_int_equal(fclose(growing->stream), 0);
        parse = parse_bytes(growing->data, growing->size, "datastore", flags);
        free(growing->data);
        return parse;
}

static void assert_bound(struct growing *growing, uint32_t line, const char *message)
{
        struct parse parse = parse_grown(growing, CFGW_LOAD_TOLERANT);
        uint32_t told = 0;

        assert_int_equal(parse.result, -EBADMSG);
        assert_string_equal(parse_error(&parse, &told), message);
        assert_int_equal(told, line);
        parse_clear(&parse);
}

static void a_line_may_have_64_kibibytes(void **state)
{
        for (unsigned int longer = 0; longer < 2; longer++) {
                struct growing growing;
                FILE *stream = grow(&growing);
                struct parse parse;

                fprintf(stream, STORE "\tx %0*d\r\n", (int)(65536 - 3 + longer), 0);
                if (longer) {
                        assert_bound(&growing, 3, "the line is longer than 65536 bytes");
                        continue;
                }
                parse = parse_grown(&growing, CFGW_LOAD_TOLERANT);
                assert_int_equal(parse.result, 0);
                parse_clear(&parse);
        }
}

static void a_section_may_have_256_properties(void **state)
{
        struct growing growing;
        FILE *stream = grow(&growing);
        struct parse parse;

        fputs(STORE, stream);
        for (unsigned int i = 1; i < 256; i++)
                fprintf(stream, "\tk%u v\n", i);
        parse = parse_grown(&growing, CFGW_LOAD_TOLERANT);
        assert_int_equal(parse.result, 0);
        parse_clear(&parse);

        stream = grow(&growing);
        fputs(STORE, stream);
        for (unsigned int i = 1; i < 257; i++)
                fprintf(stream, "\tk%u v\n", i);
        assert_bound(&growing, 258, "more than 256 properties in one section");
}

static void there_may_be_two_million_sections(void **state)
{
        struct growing growing;
        FILE *stream = grow(&growing);

        for (unsigned int i = 0; i < (1 << 21) + 1; i++)
                fputs("a:b\n\n", stream);
        assert_bound(&growing, 2 * (1 << 21) + 1, "more than 2097152 sections");
}

static void there_may_be_eight_million_properties(void **state)
{
        struct growing growing;
        FILE *stream = grow(&growing);

        for (unsigned int i = 0; i < (1 << 23) + 1; i++)
                fprintf(stream, i % 256 ? "\t%x \n" : "\na:b\n\t%x \n", i % 256);
        assert_bound(&growing, 3 * (1 << 15) + (1 << 23) - (1 << 15) + 3,
                     "more than 8388608 properties");
}

static void a_million_stores_load(void **state)
{
        struct growing growing;
        FILE *stream = grow(&growing);
        struct parse parse;

        for (unsigned int i = 0; i < 1000000; i++)
                fprintf(stream, "datastore: ds%06u\n\tpath /a/%06u\n\n", i, i);
        parse = parse_grown(&growing, CFGW_LOAD_STRICT);
        assert_int_equal(parse.result, 0);
        assert_int_equal(snapshot_section_count(parse.snapshot), 1000000);
        assert_string_equal(
                property_value(section_property(snapshot_find(parse.snapshot, "ds765432"), "path")),
                "/a/765432");
        parse_clear(&parse);
}

/* What would be quadratic if a duplicate were searched for: seconds here, hours there. */
static void many_keys_and_duplicate_ids_take_linear_time(void **state)
{
        struct growing growing;
        FILE *stream = grow(&growing);
        struct parse parse;
        uint64_t begin;

        for (unsigned int i = 0; i < 8000; i++) {
                fprintf(stream, "other: same\n");
                for (unsigned int j = 0; j < 256; j++)
                        fprintf(stream, " %x \n", 256 * i + j);
                fprintf(stream, "\n");
        }
        begin = testing_now();
        parse = parse_grown(&growing, CFGW_LOAD_TOLERANT);
        assert_int_equal(parse.result, 0);
        assert_int_equal(snapshot_section_count(parse.snapshot), 1);
        assert_true(testing_now() - begin < TEST_PATIENCE_USEC);
        parse_clear(&parse);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(strict_refuses_with_the_right_line_and_words),
                TEST(tolerant_refuses_all_but_the_unknown),
                TEST(a_nul_byte_is_refused_in_its_line),
                TEST(both_read_the_same_content),
                TEST(white_space_is_exactly_unicodes),
                TEST(tolerant_keeps_unknown_keys_and_types_with_a_warning),
                TEST(tolerant_still_wants_safe_ids_and_single_keys),
                TEST(a_domain_without_schema_takes_any_type_and_key),
                TEST(lines_are_told_for_sections_and_properties),
                TEST(a_line_may_have_64_kibibytes),
                TEST(a_section_may_have_256_properties),
                TEST(there_may_be_two_million_sections),
                TEST(there_may_be_eight_million_properties),
                TEST(a_million_stores_load),
                TEST(many_keys_and_duplicate_ids_take_linear_time),
        };

        return TESTING_RUN(tests);
}
