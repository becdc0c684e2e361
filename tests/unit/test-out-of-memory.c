/* SPDX-License-Identifier: MIT */

/*
 * From the file to the config and the diff, with the first allocation failing, then the second
 * and so on until all goes well: an error each time, nothing written, nothing leaked (which
 * the sanitizers and valgrind see). The allocator's fake enters by the linker's --wrap.
 */

#include "client/config.h" /* not the one of autoconf */

#include "snapshot_builder.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static unsigned int allocations_left; /* the one that finds 0 fails; see refuse() */
static bool refusing;

static bool refuse(void)
{
        return refusing && allocations_left-- == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
        return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
        return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
        return refuse() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
        return refuse() ? NULL : __real_reallocarray(old, count, size);
}

static int load_by(const char *path, unsigned int flags, const cfgw_config **ret)
{
        cfgw_report *report = NULL;
        int r = cfgw_config_load(path, "datastore", flags, ret, &report);

        cfgw_report_free(report);
        return r;
}

/* Enough sections for every table that grows to grow. */
static void write_config(const char *path, unsigned int from)
{
        FILE *stream = fopen(path, "we");

        assert_non_null(stream);
        for (unsigned int i = from; i < from + 200; i++)
                fprintf(stream, "datastore: store%u\n\tpath /srv/some/where/%u\n\n", i, i);
        assert_int_equal(fclose(stream), 0);
}

static int load(const char *path, const cfgw_config **ret)
{
        return load_by(path, CFGW_LOAD_STRICT, ret);
}

static void write_ini(const char *path)
{
        FILE *stream = fopen(path, "we");

        assert_non_null(stream);
        for (unsigned int i = 0; i < 200; i++)
                fprintf(stream, "[store%u]\npath = /srv/some/where/%u\n", i, i);
        assert_int_equal(fclose(stream), 0);
}

static void assert_loading_survives(const char *path, unsigned int flags)
{
        const cfgw_config *config = NULL;
        unsigned int failures = 0;
        int r;

        do {
                allocations_left = failures;
                refusing = true;
                r = load_by(path, flags, &config);
                refusing = false;
                if (r < 0) {
                        assert_int_equal(r, -ENOMEM);
                        assert_null(config);
                        failures++;
                }
        } while (r < 0);
        assert_true(failures >= 5);
        assert_int_equal(cfgw_config_section_count(config), 200);
        cfgw_config_unref(config);
}

static void loading_survives_every_lack_of_memory(void **state)
{
        const char *path = testing_path(state, "a.cfg");

        write_config(path, 0);
        assert_loading_survives(path, CFGW_LOAD_STRICT);
        write_ini(path);
        assert_loading_survives(path, CFGW_LOAD_STRICT | CFGW_LOAD_INI);
}

static void comparing_survives_every_lack_of_memory(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        const cfgw_config *before, *after;
        unsigned int failures = 0;
        cfgw_diff *diff = NULL;
        int r;

        write_config(path, 0);
        assert_int_equal(load(path, &before), 0);
        write_config(path, 100);
        assert_int_equal(load(path, &after), 0);
        do {
                allocations_left = failures;
                refusing = true;
                r = cfgw_config_diff(before, after, &diff);
                refusing = false;
                if (r < 0) {
                        assert_int_equal(r, -ENOMEM);
                        assert_null(diff);
                        failures++;
                }
        } while (r < 0);
        assert_true(failures > 2);
        assert_int_equal(cfgw_diff_count(diff), 200);
        cfgw_diff_free(diff);
        cfgw_config_unref(before);
        cfgw_config_unref(after);
}

static int edit(const cfgw_config *config, const char *text, char **ret)
{
        const cfgw_edit removal = {"store7", NULL, NULL};
        size_t size;

        return cfgw_text_edit(text, strlen(text), config, &removal, ret, &size);
}

static int write_text(const cfgw_config *config, const char *text, char **ret)
{
        size_t size;

        return cfgw_config_write(config, ret, &size);
}

static void assert_writing_survives(const cfgw_config *config, const char *text,
                                    int (*call)(const cfgw_config *config, const char *text,
                                                char **ret))
{
        unsigned int count = 0, failures = 0;
        bool refused;

        do { /* a lack that does not matter is none: hence until nothing was refused */
                char *result = NULL;
                int r;

                allocations_left = count++;
                refusing = true;
                r = call(config, text, &result);
                refused = allocations_left >= count; /* it went below 0 */
                refusing = false;
                assert_true(r == 0 || (refused && r == -ENOMEM));
                assert_true(!result == (r < 0));
                failures += r < 0;
                free(result);
        } while (refused);
        assert_true(failures >= 5);
}

static void writing_survives_every_lack_of_memory(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        const cfgw_config *config;

        write_config(path, 0);
        assert_int_equal(load(path, &config), 0);
        assert_writing_survives(config, NULL, write_text);
        assert_writing_survives(config, testing_read_file(state, path), edit);
        cfgw_config_unref(config);
}

/* A builder that was refused memory goes on where it was. */
static void a_builder_can_be_asked_again(void **state)
{
        const struct snapshot_origin origin = {.domain = "d", .path = "/p"};
        const struct snapshot_bounds bounds = {300, 300, 10000};
        struct snapshot_builder *builder;
        const struct snapshot *verified;
        struct snapshot *block;

        assert_int_equal(snapshot_builder_new(&origin, &bounds, &builder), 0);
        for (unsigned int i = 0; i < 300; i++) {
                char name[16];
                struct text text = {name, (size_t)snprintf(name, sizeof(name), "n%u", i)};

                allocations_left = 0;
                refusing = true;
                if (snapshot_builder_section(builder, text, text, i + 1) < 0) {
                        refusing = false;
                        assert_int_equal(snapshot_builder_section(builder, text, text, i + 1), 0);
                }
                allocations_left = 0;
                refusing = true;
                if (snapshot_builder_property(builder, text, text, i + 1) < 0) {
                        refusing = false;
                        assert_int_equal(snapshot_builder_property(builder, text, text, i + 1), 0);
                }
                refusing = false;
        }
        block = snapshot_builder_finish(builder);
        snapshot_builder_free(builder);
        assert_int_equal(snapshot_verify(block, snapshot_size(block), &verified), 0);
        assert_int_equal(snapshot_section_count(block), 300);
        assert_int_equal(section_property_count(snapshot_find(block, "n299")), 1);
        free(block);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(loading_survives_every_lack_of_memory),
                TEST(comparing_survives_every_lack_of_memory),
                TEST(writing_survives_every_lack_of_memory),
                TEST(a_builder_can_be_asked_again),
        };

        return TESTING_RUN(tests);
}
