/* SPDX-License-Identifier: MIT */
#include "client/config.h" /* not the one of autoconf */

#include "parse.h"
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

#define TEXT "datastore: one\n\tpath /srv/one\n\ndatastore: two\n\tcomment \n\tpath /srv/two\n"

static struct snapshot *make_snapshot(void)
{
        struct parse parse = parse_text(TEXT, CFGW_LOAD_STRICT);
        struct snapshot *snapshot = STEAL(parse.snapshot);

        assert_int_equal(parse.result, 0);
        parse_clear(&parse);
        return snapshot;
}

static const cfgw_config *make_config(void)
{
        const cfgw_config *config;

        assert_int_equal(config_new_from_heap(make_snapshot(), &config), 0);
        return config;
}

static void a_config_tells_its_head(void **state)
{
        struct snapshot *snapshot = make_snapshot();
        const cfgw_config *config;

        snapshot_stamp(snapshot, 5, 43, 1);
        assert_int_equal(config_new_from_heap(snapshot, &config), 0);
        assert_ptr_equal(config_snapshot(config), snapshot);
        assert_int_equal(cfgw_config_generation(config), 43);
        assert_int_equal(cfgw_config_epoch(config), 5);
        assert_string_equal(cfgw_config_domain(config), "datastore");
        assert_string_equal(cfgw_config_path(config), "/etc/some.cfg");
        assert_int_equal(strlen(cfgw_config_digest(config)), 64);
        assert_int_equal(cfgw_config_section_count(config), 2);
        assert_null(cfgw_config_unref(config));
}

static void sections_and_properties_are_found(void **state)
{
        const cfgw_config *config = make_config();
        const cfgw_section *two = cfgw_config_section(config, "two");
        const cfgw_property *path;

        assert_ptr_equal(cfgw_config_section_at(config, 1), two);
        assert_null(cfgw_config_section_at(config, 2));
        assert_null(cfgw_config_section(config, "three"));
        assert_string_equal(cfgw_section_name(two), "two");
        assert_string_equal(cfgw_section_type(two), "datastore");
        assert_int_equal(cfgw_section_line(two), 4);
        assert_string_equal(cfgw_section_get(two, "path"), "/srv/two");
        assert_string_equal(cfgw_section_get(two, "comment"), "");
        assert_null(cfgw_section_get(two, "gc-schedule"));
        assert_int_equal(cfgw_section_property_count(two), 2);
        path = cfgw_section_property(two, "path");
        assert_ptr_equal(cfgw_section_property_at(two, 1), path);
        assert_null(cfgw_section_property_at(two, 2));
        assert_string_equal(cfgw_property_key(path), "path");
        assert_string_equal(cfgw_property_value(path), "/srv/two");
        assert_int_equal(cfgw_property_line(path), 6);
        cfgw_config_unref(config);
}

static void null_is_an_answer_and_not_a_crash(void **state)
{
        const cfgw_config *config = make_config();
        const cfgw_section *one = cfgw_config_section(config, "one");

        assert_int_equal(cfgw_config_format(NULL), CFGW_FORMAT_SECTION_CONFIG);
        assert_null(cfgw_config_ref(NULL));
        assert_null(cfgw_config_unref(NULL));
        assert_int_equal(cfgw_config_generation(NULL), 0);
        assert_int_equal(cfgw_config_epoch(NULL), 0);
        assert_null(cfgw_config_digest(NULL));
        assert_null(cfgw_config_domain(NULL));
        assert_null(cfgw_config_path(NULL));
        assert_int_equal(cfgw_config_section_count(NULL), 0);
        assert_null(cfgw_config_section_at(NULL, 0));
        assert_null(cfgw_config_section(NULL, "one"));
        assert_null(cfgw_config_section(config, NULL));
        assert_null(cfgw_section_name(NULL));
        assert_null(cfgw_section_type(NULL));
        assert_int_equal(cfgw_section_line(NULL), 0);
        assert_null(cfgw_section_get(NULL, "path"));
        assert_null(cfgw_section_get(one, NULL));
        assert_int_equal(cfgw_section_property_count(NULL), 0);
        assert_null(cfgw_section_property_at(NULL, 0));
        assert_null(cfgw_section_property(NULL, "path"));
        assert_null(cfgw_property_key(NULL));
        assert_null(cfgw_property_value(NULL));
        assert_int_equal(cfgw_property_line(NULL), 0);
        cfgw_config_unref(config);
}

static void *ref_and_unref(void *data)
{
        const cfgw_config *config = data;

        for (unsigned int i = 0; i < 20000; i++) {
                const cfgw_config *own = cfgw_config_ref(config);

                if (!cfgw_config_section(own, "one"))
                        abort();
                cfgw_config_unref(own);
        }
        cfgw_config_unref(config);
        return NULL;
}

/* Each thread holds one reference; whoever is last frees it (and the sanitizers watch). */
static void threads_share_one_config(void **state)
{
        const cfgw_config *config = make_config();
        pthread_t threads[4];

        for (size_t i = 0; i < ELEMENTS(threads); i++)
                assert_int_equal(pthread_create(&threads[i], NULL, ref_and_unref,
                                                (void *)cfgw_config_ref(config)),
                                 0);
        cfgw_config_unref(config);
        for (size_t i = 0; i < ELEMENTS(threads); i++)
                pthread_join(threads[i], NULL);
}

/* Maps @size bytes of @data from a file. */
static void *map_bytes(void **state, const void *data, size_t size)
{
        const char *path = testing_path(state, "1.snap");
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        void *map;

        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, data, size), 0);
        map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        assert_true(map != MAP_FAILED);
        close(fd);
        return map;
}

/* Whether the kernel still knows of the mapping. */
static bool is_mapped(void **state)
{
        const char *maps = testing_read_file(state, "/proc/self/maps");

        assert_non_null(maps);
        return strstr(maps, testing_path(state, "1.snap")) != NULL;
}

static void a_mapped_block_is_unmapped_by_the_last_unref(void **state)
{
        _cleanup_free_ struct snapshot *snapshot = make_snapshot();
        size_t size = snapshot_size(snapshot);
        void *map = map_bytes(state, snapshot, size);
        const cfgw_config *config;

        assert_int_equal(config_new_from_map(map, size, &config), 0);
        assert_string_equal(cfgw_section_get(cfgw_config_section(config, "one"), "path"),
                            "/srv/one");
        cfgw_config_ref(config);
        cfgw_config_unref(config);
        assert_true(is_mapped(state));
        cfgw_config_unref(config);
        assert_false(is_mapped(state));
}

static void a_bad_mapping_stays_the_callers(void **state)
{
        _cleanup_free_ struct snapshot *snapshot = make_snapshot();
        size_t size = snapshot_size(snapshot);
        const cfgw_config *config = NULL;
        void *map = map_bytes(state, snapshot, size - 1);

        assert_int_equal(config_new_from_map(map, size - 1, &config), -EBADMSG);
        assert_null(config);
        assert_true(is_mapped(state));
        munmap(map, size - 1);
}

/* ------------------------------------------------------------------------ loading */

static void load_reads_a_file_without_a_generation(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        const cfgw_config *config;
        cfgw_report *report;

        testing_write_file(path, "datastore: abc\n\tpath /a\n\tnew 1\n");
        assert_int_equal(cfgw_config_load(path, NULL, CFGW_LOAD_TOLERANT, &config, &report), 0);
        assert_int_equal(cfgw_config_generation(config), 0);
        assert_int_equal(cfgw_config_epoch(config), 0);
        assert_string_equal(cfgw_config_path(config), path);
        assert_string_equal(cfgw_config_domain(config), "datastore");
        /* printf 'datastore: abc\n\tpath /a\n\tnew 1\n' | sha256sum */
        assert_string_equal(cfgw_config_digest(config),
                            "29bea787624712ded40c832eac043a44e497d0d29ccd2e8040d1ca5d1f1d8256");
        assert_int_equal(cfgw_report_count(report), 1);
        assert_int_equal(cfgw_report_line(report, 0), 3);
        cfgw_report_free(report);
        cfgw_config_unref(config);
}

/* With whatever it has: a `path` is asked of the schema's own types alone. */
static void a_section_of_an_unknown_type_is_found_as_well(void **state)
{
        const char *path = testing_path(state, "file.cfg");
        const cfgw_section *section;
        const cfgw_config *config;

        testing_write_file(path, "other: one\n\tkey x\n");
        assert_int_equal(cfgw_config_load(path, "datastore", CFGW_LOAD_TOLERANT, &config, NULL), 0);
        section = cfgw_config_section(config, "one");
        assert_non_null(section);
        assert_string_equal(cfgw_section_type(section), "other");
        assert_string_equal(cfgw_section_get(section, "key"), "x");
        assert_null(cfgw_section_get(section, "path"));
        cfgw_config_unref(config);
}

static void load_tells_why_it_refuses(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        const cfgw_config *config = NULL;
        cfgw_report *report;

        testing_write_file(path, "datastore: abc\n\tpath /a\n\tnew 1\n");
        assert_int_equal(cfgw_config_load(path, "datastore", CFGW_LOAD_STRICT, &config, &report),
                         -EBADMSG);
        assert_null(config);
        assert_int_equal(cfgw_report_count(report), 1);
        assert_true(cfgw_report_is_error(report, 0));
        assert_string_equal(cfgw_report_message(report, 0), "unknown property 'new'");
        cfgw_report_free(report);
        assert_int_equal(cfgw_config_load(path, "datastore", CFGW_LOAD_STRICT, &config, NULL),
                         -EBADMSG);
        assert_int_equal(cfgw_config_load(path, "datastore", CFGW_LOAD_TOLERANT, &config, NULL), 0);
        cfgw_config_unref(config);
}

static void load_passes_the_error_of_the_system(void **state)
{
        cfgw_report *report = (cfgw_report *)state;
        const cfgw_config *config = NULL;

        assert_int_equal(cfgw_config_load(testing_path(state, "none"), NULL, 0, &config, &report),
                         -ENOENT);
        assert_null(report);
        assert_int_equal(cfgw_config_load(*state, NULL, 0, &config, &report), -EINVAL);
        assert_int_equal(cfgw_config_load("", NULL, 0, &config, &report), -ENOENT);
        assert_null(config);
}

static void load_checks_its_arguments(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        cfgw_report *report = (cfgw_report *)state;
        const cfgw_config *config = NULL;

        testing_write_file(path, "");
        assert_int_equal(cfgw_config_load(NULL, NULL, 0, &config, &report), -EINVAL);
        assert_null(report);
        assert_int_equal(cfgw_config_load(path, NULL, 0, NULL, NULL), -EINVAL);
        assert_int_equal(cfgw_config_load(path, NULL, 0x80, &config, NULL), -EINVAL);
        assert_int_equal(cfgw_config_load(path, "No/Name", 0, &config, NULL), -EINVAL);
        assert_int_equal(cfgw_config_load(path, "other", CFGW_LOAD_STRICT, &config, NULL), 0);
        assert_int_equal(cfgw_config_section_count(config), 0);
        cfgw_config_unref(config);
}

/* ------------------------------------------------------------------------ parsing */

static void bytes_in_memory_are_parsed_like_those_of_a_file(void **state)
{
        static const char text[] = "datastore: abc\n\tpath /a\n\tnew 1\n";
        const char *path = testing_path(state, "a.cfg");
        _cleanup_(cfgw_config_unref_p) const cfgw_config *config = NULL, *loaded = NULL;
        cfgw_report *report;

        testing_write_file(path, text);
        assert_int_equal(cfgw_config_load(path, NULL, CFGW_LOAD_TOLERANT, &loaded, NULL), 0);
        assert_int_equal(
                cfgw_config_parse(text, strlen(text), NULL, CFGW_LOAD_TOLERANT, &config, &report),
                0);
        assert_int_equal(cfgw_config_generation(config), 0);
        assert_string_equal(cfgw_config_path(config), "-");
        assert_string_equal(cfgw_config_domain(config), "datastore");
        assert_int_equal(cfgw_config_format(config), CFGW_FORMAT_SECTION_CONFIG);
        assert_string_equal(cfgw_config_digest(config), cfgw_config_digest(loaded));
        assert_string_equal(cfgw_section_get(cfgw_config_section(config, "abc"), "path"), "/a");
        assert_int_equal(cfgw_report_count(report), 1);
        cfgw_report_free(report);
}

static void parse_looks_at_no_byte_behind_the_last(void **state)
{
        static const char text[] = "datastore: abc\n\tpath /a\n\tnew 1\n";
        size_t size = strlen("datastore: abc\n\tpath /a");
        char *bytes = malloc(size); /* valgrind and ASan see what is read behind it */
        _cleanup_(cfgw_config_unref_p) const cfgw_config *config = NULL;

        memcpy(bytes, text, size);
        assert_int_equal(cfgw_config_parse(bytes, size, NULL, CFGW_LOAD_STRICT, &config, NULL), 0);
        free(bytes);
        assert_string_equal(cfgw_section_get(cfgw_config_section(config, "abc"), "path"), "/a");
}

static void nothing_is_a_config_without_sections(void **state)
{
        const cfgw_config *config;

        assert_int_equal(cfgw_config_parse(NULL, 0, NULL, CFGW_LOAD_STRICT, &config, NULL), 0);
        assert_int_equal(cfgw_config_section_count(config), 0);
        cfgw_config_unref(config);
        assert_int_equal(cfgw_config_parse("", 0, NULL, CFGW_LOAD_STRICT, &config, NULL), 0);
        cfgw_config_unref(config);
}

static void parse_tells_why_it_refuses(void **state)
{
        const cfgw_config *config = NULL;
        cfgw_report *report;

        assert_int_equal(cfgw_config_parse("# x\n", 4, NULL, 0, &config, &report), -EBADMSG);
        assert_null(config);
        assert_int_equal(cfgw_report_line(report, 0), 1);
        assert_string_equal(cfgw_report_message(report, 0), "syntax error (expected header)");
        cfgw_report_free(report);
        assert_int_equal(cfgw_config_parse("# x\n", 4, NULL, 0, &config, NULL), -EBADMSG);
}

static void parse_takes_128_mib_and_no_more(void **state)
{
        const size_t limit = (size_t)128 << 20;
        char *blanks = malloc(limit + 1);
        const cfgw_config *config = NULL;

        memset(blanks, '\n', limit + 1);
        assert_int_equal(cfgw_config_parse(blanks, limit + 1, NULL, 0, &config, NULL), -EFBIG);
        assert_null(config);
        assert_int_equal(cfgw_config_parse(blanks, limit, NULL, 0, &config, NULL), 0);
        cfgw_config_unref(config);
        free(blanks);
}

static void parse_checks_its_arguments(void **state)
{
        cfgw_report *report = (cfgw_report *)state;
        const cfgw_config *config = NULL;

        assert_int_equal(cfgw_config_parse(NULL, 1, NULL, 0, &config, &report), -EINVAL);
        assert_null(report);
        assert_int_equal(cfgw_config_parse("", 0, NULL, 0, NULL, NULL), -EINVAL);
        assert_int_equal(cfgw_config_parse("", 0, NULL, 0x80, &config, NULL), -EINVAL);
        assert_int_equal(cfgw_config_parse("", 0, "No/Name", 0, &config, NULL), -EINVAL);
        assert_null(config);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_section_of_an_unknown_type_is_found_as_well),
                TEST(a_config_tells_its_head),
                TEST(sections_and_properties_are_found),
                TEST(null_is_an_answer_and_not_a_crash),
                TEST(threads_share_one_config),
                TEST(a_mapped_block_is_unmapped_by_the_last_unref),
                TEST(a_bad_mapping_stays_the_callers),
                TEST(load_reads_a_file_without_a_generation),
                TEST(load_tells_why_it_refuses),
                TEST(load_passes_the_error_of_the_system),
                TEST(load_checks_its_arguments),
                TEST(bytes_in_memory_are_parsed_like_those_of_a_file),
                TEST(parse_looks_at_no_byte_behind_the_last),
                TEST(nothing_is_a_config_without_sections),
                TEST(parse_tells_why_it_refuses),
                TEST(parse_takes_128_mib_and_no_more),
                TEST(parse_checks_its_arguments),
        };

        return TESTING_RUN(tests);
}
