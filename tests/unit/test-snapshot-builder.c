/* SPDX-License-Identifier: MIT */
#include "snapshot_builder.h"
#include "testing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct text text(const char *string)
{
        return (struct text){string, strlen(string)};
}

static const struct snapshot_origin origin = {
        .domain = "datastore",
        .path = "/etc/a.cfg",
        .digest = {.bytes = {1, 2, 3}},
        .size = 77,
};

static struct snapshot_builder *begin_within(struct snapshot_bounds bounds)
{
        struct snapshot_builder *builder;

        assert_int_equal(snapshot_builder_new(&origin, &bounds, &builder), 0);
        return builder;
}

static struct snapshot_builder *begin(void)
{
        return begin_within((struct snapshot_bounds){1000, 10000, 100000});
}

static void section(struct snapshot_builder *builder, const char *type, const char *name,
                    uint32_t line)
{
        assert_int_equal(snapshot_builder_section(builder, text(type), text(name), line), 0);
}

static void property(struct snapshot_builder *builder, const char *key, const char *value,
                     uint32_t line)
{
        assert_int_equal(snapshot_builder_property(builder, text(key), text(value), line), 0);
}

static struct snapshot *finish(struct snapshot_builder *builder)
{
        const struct snapshot *verified = NULL;
        struct snapshot *snapshot = snapshot_builder_finish(builder);

        assert_int_equal(snapshot_verify(snapshot, snapshot_size(snapshot), &verified), 0);
        assert_ptr_equal(verified, snapshot);
        snapshot_builder_free(builder);
        return snapshot;
}

static void an_empty_config_has_no_sections(void **state)
{
        _cleanup_free_ struct snapshot *snapshot = finish(begin());

        assert_int_equal(snapshot_section_count(snapshot), 0);
        assert_null(snapshot_section_at(snapshot, 0));
        assert_null(snapshot_find(snapshot, ""));
        assert_null(snapshot_find(snapshot, "ds1"));
}

static void the_head_tells_where_it_came_from(void **state)
{
        _cleanup_free_ struct snapshot *snapshot = finish(begin());
        struct digest told = snapshot_digest(snapshot);

        assert_string_equal(snapshot_domain(snapshot), "datastore");
        assert_string_equal(snapshot_path(snapshot), "/etc/a.cfg");
        assert_int_equal(snapshot_source_size(snapshot), 77);
        assert_true(digest_equal(&told, &origin.digest));
        assert_string_equal(snapshot_digest_hex(snapshot),
                            "0102030000000000000000000000000000000000000000000000000000000000");
        assert_int_equal(snapshot_generation(snapshot), 0);
        assert_int_equal(snapshot_epoch(snapshot), 0);
        snapshot_stamp(snapshot, 9, 43, 1234567);
        assert_int_equal(snapshot_epoch(snapshot), 9);
        assert_int_equal(snapshot_generation(snapshot), 43);
        assert_int_equal(snapshot_accepted_usec(snapshot), 1234567);
}

static void sections_and_properties_keep_their_order(void **state)
{
        struct snapshot_builder *builder = begin();
        _cleanup_free_ struct snapshot *snapshot = NULL;
        const cfgw_section *first, *second;

        section(builder, "datastore", "zeta", 1);
        property(builder, "path", "/z", 2);
        property(builder, "comment", "", 3);
        section(builder, "other", "alpha", 5);
        property(builder, "path", "/a", 6);
        snapshot = finish(builder);

        assert_int_equal(snapshot_section_count(snapshot), 2);
        first = snapshot_section_at(snapshot, 0);
        second = snapshot_section_at(snapshot, 1);
        assert_string_equal(section_name(first), "zeta");
        assert_string_equal(section_type(first), "datastore");
        assert_int_equal(section_line(first), 1);
        assert_int_equal(section_property_count(first), 2);
        assert_string_equal(property_key(section_property_at(first, 0)), "path");
        assert_string_equal(property_value(section_property_at(first, 0)), "/z");
        assert_int_equal(property_line(section_property_at(first, 0)), 2);
        assert_string_equal(property_value(section_property(first, "comment")), "");
        assert_null(section_property_at(first, 2));
        assert_string_equal(section_type(second), "other");
        assert_string_equal(property_value(section_property(second, "path")), "/a");
        assert_null(section_property(second, "comment"));
        assert_ptr_equal(snapshot_find(snapshot, "alpha"), second);
        assert_null(snapshot_find(snapshot, "alph"));
        assert_null(snapshot_find(snapshot, "alphab"));
}

static void the_last_section_of_a_name_replaces_the_others(void **state)
{
        struct snapshot_builder *builder = begin();
        _cleanup_free_ struct snapshot *snapshot = NULL;
        const cfgw_section *dup;

        section(builder, "datastore", "dup", 1);
        property(builder, "comment", "first", 2);
        assert_int_equal(snapshot_builder_replaced_line(builder), 0);
        section(builder, "datastore", "other", 4);
        section(builder, "remote", "dup", 6);
        assert_int_equal(snapshot_builder_replaced_line(builder), 1);
        property(builder, "path", "/2", 7);
        section(builder, "datastore", "last", 9);
        assert_int_equal(snapshot_builder_replaced_line(builder), 0);
        section(builder, "datastore", "dup", 11);
        assert_int_equal(snapshot_builder_replaced_line(builder), 6);
        property(builder, "path", "/3", 12);
        snapshot = finish(builder);

        assert_int_equal(snapshot_section_count(snapshot), 3);
        dup = snapshot_find(snapshot, "dup");
        assert_ptr_equal(dup, snapshot_section_at(snapshot, 2));
        assert_string_equal(section_type(dup), "datastore");
        assert_int_equal(section_property_count(dup), 1);
        assert_string_equal(property_value(section_property(dup, "path")), "/3");
        assert_null(section_property(dup, "comment"));
}

static void a_key_is_taken_once_in_each_section(void **state)
{
        struct snapshot_builder *builder = begin();
        _cleanup_free_ struct snapshot *snapshot = NULL;

        section(builder, "path", "path", 1);
        property(builder, "path", "/a", 2);
        assert_int_equal(snapshot_builder_property(builder, text("path"), text("/b"), 3), -EEXIST);
        property(builder, "comment", "/c", 4);
        assert_int_equal(snapshot_builder_property(builder, text("path"), text("/b"), 5), -EEXIST);
        section(builder, "path", "second", 7);
        property(builder, "path", "/d", 8);
        snapshot = finish(builder);
        assert_int_equal(section_property_count(snapshot_section_at(snapshot, 0)), 2);
        assert_int_equal(section_property_count(snapshot_section_at(snapshot, 1)), 1);
}

static void a_property_needs_a_section(void **state)
{
        struct snapshot_builder *builder = begin();

        assert_int_equal(snapshot_builder_property(builder, text("a"), text("b"), 1), -EINVAL);
        snapshot_builder_free(builder);
}

static void the_same_calls_make_the_same_bytes_whatever_the_bounds(void **state)
{
        static const struct snapshot_bounds bounds[] = {
                {100, 100, 2000}, {101, 100, 2000}, {100, 101, 2000}, {900, 7000, 90000}};
        struct snapshot *blocks[ELEMENTS(bounds)];

        for (size_t i = 0; i < ELEMENTS(bounds); i++) {
                struct snapshot_builder *builder = begin_within(bounds[i]);

                for (unsigned int j = 1; j <= 100; j++) {
                        char name[16];

                        snprintf(name, sizeof(name), "s%u", j);
                        section(builder, "datastore", name, j);
                        property(builder, "path", name, j);
                }
                blocks[i] = finish(builder);
        }
        for (size_t i = 1; i < ELEMENTS(bounds); i++) {
                assert_int_equal(snapshot_size(blocks[0]), snapshot_size(blocks[i]));
                assert_memory_equal(blocks[0], blocks[i], snapshot_size(blocks[0]));
                free(blocks[i]);
        }
        free(blocks[0]);
}

static void more_than_the_bounds_say_is_refused(void **state)
{
        struct snapshot_builder *builder =
                begin_within((struct snapshot_bounds){1, 1, sizeof("t") + sizeof("n")});
        _cleanup_free_ struct snapshot *snapshot = NULL;

        section(builder, "t", "n", 1);
        assert_int_equal(snapshot_builder_section(builder, text("t"), text("o"), 2), -EFBIG);
        assert_int_equal(snapshot_builder_property(builder, text("t"), text("long"), 2), -EFBIG);
        property(builder, "t", "", 2);
        assert_int_equal(snapshot_builder_property(builder, text("n"), text(""), 2), -EFBIG);
        snapshot = finish(builder);
        assert_int_equal(snapshot_section_count(snapshot), 1);
}

static void bounds_that_no_block_can_have_are_refused(void **state)
{
        static const struct snapshot_bounds bounds[] = {
                {UINT32_MAX, 1, 1}, {1, SIZE_MAX, 1}, {1, 1, UINT32_MAX}, {1 << 27, 1 << 27, 1}};
        struct snapshot_builder *builder;

        for (size_t i = 0; i < ELEMENTS(bounds); i++)
                assert_int_equal(snapshot_builder_new(&origin, &bounds[i], &builder), -EFBIG);
}

/* --------------------------------------------------- against a model that is too simple to err */

#define MODEL_SECTIONS 60
#define MODEL_KEYS 12
#define MODEL_ROUNDS 200

struct model_section {
        unsigned int name, type, count;
        unsigned int keys[MODEL_KEYS], values[MODEL_KEYS];
};

struct model {
        struct model_section sections[MODEL_SECTIONS];
        size_t count;
};

static unsigned int random_below(uint64_t *seed, unsigned int limit)
{
        *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (unsigned int)(*seed >> 33) % limit;
}

static struct model_section *model_begin(struct model *model, unsigned int name, unsigned int type)
{
        for (size_t i = 0; i < model->count; i++) {
                if (model->sections[i].name != name)
                        continue;
                memmove(&model->sections[i], &model->sections[i + 1],
                        (model->count - i - 1) * sizeof(model->sections[0]));
                model->count--;
        }
        model->sections[model->count] = (struct model_section){.name = name, .type = type};
        return &model->sections[model->count++];
}

static bool model_add(struct model_section *section, unsigned int key, unsigned int value)
{
        for (unsigned int i = 0; i < section->count; i++)
                if (section->keys[i] == key)
                        return false;
        section->keys[section->count] = key;
        section->values[section->count++] = value;
        return true;
}

static void write_number(char *to, size_t size, const char *prefix, unsigned int number)
{
        snprintf(to, size, "%s%u", prefix, number);
}

static void play_section(struct model *model, struct snapshot_builder *builder, uint64_t *seed,
                         uint32_t line)
{
        unsigned int name = random_below(seed, MODEL_SECTIONS), type = random_below(seed, 3);
        struct model_section *modelled = model_begin(model, name, type);
        char type_text[16], name_text[16];

        write_number(type_text, sizeof(type_text), "t", type);
        write_number(name_text, sizeof(name_text), "n", name);
        section(builder, type_text, name_text, line);
        for (unsigned int i = random_below(seed, MODEL_KEYS); i > 0; i--) {
                unsigned int key = random_below(seed, MODEL_KEYS), value = random_below(seed, 1000);
                char key_text[16], value_text[16];

                write_number(key_text, sizeof(key_text), "k", key);
                write_number(value_text, sizeof(value_text), "", value);
                assert_int_equal(
                        snapshot_builder_property(builder, text(key_text), text(value_text), line),
                        model_add(modelled, key, value) ? 0 : -EEXIST);
        }
}

static void compare_section(const struct model_section *modelled, const struct snapshot *snapshot,
                            size_t i)
{
        const cfgw_section *real = snapshot_section_at(snapshot, i);
        char expected[16];

        write_number(expected, sizeof(expected), "n", modelled->name);
        assert_string_equal(section_name(real), expected);
        assert_ptr_equal(snapshot_find(snapshot, expected), real);
        write_number(expected, sizeof(expected), "t", modelled->type);
        assert_string_equal(section_type(real), expected);
        assert_int_equal(section_property_count(real), modelled->count);
        for (unsigned int j = 0; j < modelled->count; j++) {
                const cfgw_property *found;

                write_number(expected, sizeof(expected), "k", modelled->keys[j]);
                found = section_property(real, expected);
                assert_ptr_equal(found, section_property_at(real, j));
                write_number(expected, sizeof(expected), "", modelled->values[j]);
                assert_string_equal(property_value(found), expected);
        }
}

static void random_contents_come_out_as_they_went_in(void **state)
{
        uint64_t seed = 20240607;

        for (unsigned int round = 0; round < MODEL_ROUNDS; round++) {
                struct snapshot_builder *builder = begin();
                _cleanup_free_ struct snapshot *snapshot = NULL;
                struct model model = {.count = 0};

                for (uint32_t i = random_below(&seed, 2 * MODEL_SECTIONS); i > 0; i--)
                        play_section(&model, builder, &seed, i);
                snapshot = finish(builder);
                assert_int_equal(snapshot_section_count(snapshot), model.count);
                for (size_t i = 0; i < model.count; i++)
                        compare_section(&model.sections[i], snapshot, i);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(an_empty_config_has_no_sections),
                TEST(the_head_tells_where_it_came_from),
                TEST(sections_and_properties_keep_their_order),
                TEST(the_last_section_of_a_name_replaces_the_others),
                TEST(a_key_is_taken_once_in_each_section),
                TEST(a_property_needs_a_section),
                TEST(the_same_calls_make_the_same_bytes_whatever_the_bounds),
                TEST(more_than_the_bounds_say_is_refused),
                TEST(bounds_that_no_block_can_have_are_refused),
                TEST(random_contents_come_out_as_they_went_in),
        };

        return TESTING_RUN(tests);
}
