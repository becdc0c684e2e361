/* SPDX-License-Identifier: MIT */
/* Round trips: what is written parses to what it was written from. */
#include "testing.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define DOCUMENTS 2000 /* random ones */
#define DOCUMENT_SIZE_MAX 8192

static const cfgw_config *load(const char *path, const char *domain)
{
        cfgw_report *report = NULL;
        const cfgw_config *config;

        if (cfgw_config_load(path, domain, CFGW_LOAD_STRICT, &config, &report) < 0)
                fail_msg("%s: line %u: %s", path,
                         cfgw_report_line(report, cfgw_report_count(report) - 1),
                         cfgw_report_message(report, cfgw_report_count(report) - 1));
        cfgw_report_free(report);
        return config;
}

/* By way of a file at @path. */
static const cfgw_config *parse(const char *path, const char *text, const char *domain)
{
        testing_write_file(path, text);
        return load(path, domain);
}

static void assert_same_section(const cfgw_section *a, const cfgw_section *b)
{
        assert_string_equal(cfgw_section_name(a), cfgw_section_name(b));
        assert_string_equal(cfgw_section_type(a), cfgw_section_type(b));
        assert_int_equal(cfgw_section_property_count(a), cfgw_section_property_count(b));
        for (size_t i = 0; i < cfgw_section_property_count(a); i++) {
                const cfgw_property *property = cfgw_section_property_at(a, i);
                const char *value = cfgw_section_get(b, cfgw_property_key(property));

                assert_non_null(value);
                assert_string_equal(cfgw_property_value(property), value);
        }
}

static void assert_same(const cfgw_config *a, const cfgw_config *b)
{
        assert_int_equal(cfgw_config_section_count(a), cfgw_config_section_count(b));
        for (size_t i = 0; i < cfgw_config_section_count(a); i++)
                assert_same_section(cfgw_config_section_at(a, i), cfgw_config_section_at(b, i));
}

/* Writes, parses, writes again: the content is the same, and so is the second text. */
static void assert_round_trip(const char *path, const cfgw_config *config, const char *domain)
{
        _cleanup_free_ char *text = NULL, *again = NULL;
        const cfgw_config *parsed;
        size_t size, size_again;

        assert_int_equal(cfgw_config_write(config, &text, &size), 0);
        assert_int_equal(strlen(text), size);
        testing_write_file(path, text);
        parsed = load(path, domain);
        assert_same(config, parsed);
        assert_int_equal(cfgw_config_write(parsed, &again, &size_again), 0);
        assert_string_equal(text, again);
        cfgw_config_unref(parsed);
}

static void the_samples_make_the_round_trip(void **state)
{
        const char *folder = testing_data(state, "accepted"), *work = testing_path(state, "work");
        DIR *directory = opendir(folder);
        const struct dirent *entry;
        unsigned int count = 0;

        assert_non_null(directory);
        while ((entry = readdir(directory))) {
                _cleanup_free_ char *path = NULL;
                const cfgw_config *config;

                if (entry->d_name[0] == '.')
                        continue;
                path = format_string("%s/%s", folder, entry->d_name);
                config = load(path, "datastore");
                assert_round_trip(work, config, "datastore");
                cfgw_config_unref(config);
                count++;
        }
        closedir(directory);
        assert_true(count >= 18);
}

/* Files that Proxmox Backup has written come back byte by byte. */
static void what_proxmox_backup_wrote_stays_as_it_is(void **state)
{
        static const char *const names[] = {
                "accepted/real-02-bw-backup-empty-comment.cfg",
                "accepted/synth-12-maintenance-as-pbs-writes-it.cfg",
        };

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                const char *path = testing_data(state, names[i]);
                const cfgw_config *config = load(path, "datastore");
                _cleanup_free_ char *text = NULL;
                size_t size;

                assert_int_equal(cfgw_config_write(config, &text, &size), 0);
                assert_string_equal(text, testing_read_file(state, path));
                cfgw_config_unref(config);
        }
}

struct row {
        const char *text, *written; /* NULL: refused */
};

static const struct row rows[] = {
        {"", ""},
        {"\n\n \n", ""},
        {"datastore: one\n\tpath /1\n", "datastore: one\n\tpath /1\n"},
        {"datastore:one\r\n   path\t/1  \r\n", "datastore: one\n\tpath /1\n"},
        {"datastore: one\n\tpath /1", "datastore: one\n\tpath /1\n"},
        /* Byte order of the keys, an empty value, one blank line. */
        {"a: x\n\tb 2\n\ta 1\n\tB 3\n\tcomment \n\n\n\nb: y\n\tz 1\n",
         "a: x\n\tB 3\n\ta 1\n\tb 2\n\tcomment \n\nb: y\n\tz 1\n"},
        /* Twice the same id: the last one stays. */
        {"a: x\n\tk 1\n\na: y\n\tk 2\n\nb: x\n\tk 3\n", "a: y\n\tk 2\n\nb: x\n\tk 3\n"},
        {"a: x\n\tk two  blanks\n", "a: x\n\tk two  blanks\n"},
        {"a: x\n\tk \xc3\xa9\xf0\x9f\x98\x80\n", "a: x\n\tk \xc3\xa9\xf0\x9f\x98\x80\n"},
        /* Control characters, which the parser takes inside of a value. */
        {"a: x\n\tk one\ttab\n", NULL},
        {"a: x\n\tk a\x01z\n", NULL},
        {"a: x\n\tk a\x7fz\n", NULL},
        {"a: x\n\tk a\xc2\x80z\n", NULL},
        {"a: x\n\tk a\xc2\x9fz\n", NULL},
        {"a: x\n\tk\x01k 1\n", NULL},
        {"a: x\n\tk a\xc2\xa1z\n", "a: x\n\tk a\xc2\xa1z\n"},
};

static void each_text_is_written_as_the_table_says(void **state)
{
        const char *work = testing_path(state, "work");

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const cfgw_config *config = parse(work, rows[i].text, "other");
                _cleanup_free_ char *text = NULL;
                size_t size = 0;
                int r = cfgw_config_write(config, &text, &size);

                if (rows[i].written) {
                        assert_int_equal(r, 0);
                        assert_string_equal(text, rows[i].written);
                        assert_int_equal(size, strlen(text));
                } else {
                        assert_int_equal(r, -EINVAL);
                        assert_null(text);
                }
                cfgw_config_unref(config);
        }
}

static const struct row ini_rows[] = {
        {"[x]\nb = 2\na = 1\n[t: y]\nk =\n", "other: x\n\ta 1\n\tb 2\n\nt: y\n\tk \n"},
        {"[x]\nk = a = b : c\n", "other: x\n\tk a = b : c\n"},
        /* What section-config has no words for. */
        {"[x]\ntwo words = 1\n", NULL},
        {"[x]\nk = \xc2\xa0v\n", NULL},
        {"[x]\nk\xc2\xa0 = v\n", NULL},
        {"[x]\nk = a\tb\n", NULL},
        {"[1: x]\nk = v\n", NULL},
};

static void a_config_of_ini_is_written_if_it_can_be(void **state)
{
        const char *work = testing_path(state, "work");

        for (size_t i = 0; i < ELEMENTS(ini_rows); i++) {
                const char *text = ini_rows[i].text;
                _cleanup_free_ char *written = NULL;
                const cfgw_config *config;
                size_t size = 0;
                int r;

                assert_int_equal(cfgw_config_parse(text, strlen(text), "other", CFGW_LOAD_INI,
                                                   &config, NULL),
                                 0);
                r = cfgw_config_write(config, &written, &size);
                if (ini_rows[i].written) {
                        assert_int_equal(r, 0);
                        assert_string_equal(written, ini_rows[i].written);
                        assert_round_trip(work, config, "other");
                } else
                        assert_int_equal(r, -EINVAL);
                cfgw_config_unref(config);
        }
}

/* ------------------------------------------------------------------- random */

struct random {
        uint64_t seed;
};

static unsigned int draw(struct random *random, unsigned int below)
{
        random->seed = random->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (unsigned int)(random->seed >> 33) % below;
}

/* One to @max pieces out of those that a word may have. */
static void draw_word(struct random *random, unsigned int max, FILE *file)
{
        static const char *const pieces[] = {
                "a",
                "b",
                "Z",
                "0",
                "9",
                "-",
                "_",
                ".",
                ",",
                "=",
                "#",
                ";",
                ":",
                "\"",
                "\\",
                "[",
                "]",
                "/",
                "%",
                "'",
                "\xc3\xa4",
                "\xe2\x82\xac",
                "\xf0\x9f\x92\xbe",
        };

        for (unsigned int i = draw(random, max) + 1; i > 0; i--)
                fputs(pieces[draw(random, ELEMENTS(pieces))], file);
}

static const char *draw_blank(struct random *random)
{
        static const char *const blanks[] = {" ", "\t", "  ", " \t ", "\xc2\xa0", "\xe3\x80\x80"};

        return blanks[draw(random, ELEMENTS(blanks))];
}

static void draw_section(struct random *random, unsigned int i, FILE *file)
{
        const char *feed = draw(random, 4) ? "\n" : "\r\n";

        fprintf(file, "type%u:%sid-%u%s", draw(random, 3), draw_blank(random),
                draw(random, 10) ? i : draw(random, i + 1), feed);
        for (unsigned int j = draw(random, 6); j > 0; j--) {
                fprintf(file, "%sk%u", draw_blank(random), j); /* no key comes twice */
                draw_word(random, 4, file);
                fputs(draw_blank(random), file);
                for (unsigned int words = draw(random, 3); words > 0; words--) {
                        draw_word(random, 8, file);
                        fputs(words > 1 || draw(random, 2) ? " " : "", file);
                }
                fputs(feed, file);
        }
        for (unsigned int blanks = draw(random, 2) + 1; blanks > 0; blanks--)
                fprintf(file, "%s%s", draw(random, 3) ? "" : draw_blank(random), feed);
}

static void random_documents_make_the_round_trip(void **state)
{
        const char *work = testing_path(state, "work");
        struct random random = {.seed = 1};

        for (unsigned int i = 0; i < DOCUMENTS; i++) {
                char text[DOCUMENT_SIZE_MAX];
                FILE *file = fmemopen(text, sizeof(text), "w");
                const cfgw_config *config;

                for (unsigned int j = 0, count = draw(&random, 6); j < count; j++)
                        draw_section(&random, j, file);
                fputc('\0', file);
                assert_int_equal(fclose(file), 0);
                config = parse(work, text, "other");
                assert_round_trip(work, config, "other");
                cfgw_config_unref(config);
        }
}

static void bad_arguments_are_refused(void **state)
{
        const cfgw_config *config = parse(testing_path(state, "work"), "", "other");
        size_t size;
        char *text;

        assert_int_equal(cfgw_config_write(NULL, &text, &size), -EINVAL);
        assert_int_equal(cfgw_config_write(config, NULL, &size), -EINVAL);
        assert_int_equal(cfgw_config_write(config, &text, NULL), -EINVAL);
        cfgw_config_unref(config);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_samples_make_the_round_trip),
                TEST(what_proxmox_backup_wrote_stays_as_it_is),
                TEST(each_text_is_written_as_the_table_says),
                TEST(a_config_of_ini_is_written_if_it_can_be),
                TEST(random_documents_make_the_round_trip),
                TEST(bad_arguments_are_refused),
        };

        return TESTING_RUN(tests);
}
