/* SPDX-License-Identifier: MIT */

/* The verifier, against blocks that were damaged or made to mislead. */

#include "parse.h"
#include "snapshot_builder.h"
#include "snapshot_layout.h"
#include "testing.h"

#include <errno.h>

#define SAMPLE                                                                                     \
        "datastore: one\n\tpath /srv/one\n\tcomment first\n\n"                                     \
        "datastore: two\n\tpath /srv/two\n\n"                                                      \
        "datastore: three\n\tcomment gr\xc3\xbc\xc3\x9f\n\tpath /srv/three\n"

static struct snapshot *make_sample(void)
{
        struct parse parse = parse_text(SAMPLE, CFGW_LOAD_STRICT);
        struct snapshot *snapshot = STEAL(parse.snapshot);

        assert_int_equal(parse.result, 0);
        parse_clear(&parse);
        return snapshot;
}

/* A copy in a block of its own, so that a read behind it is seen by the sanitizers. */
static struct snapshot *copy_of(const struct snapshot *snapshot, size_t size)
{
        void *copy = malloc(size > 0 ? size : 1);

        assert_non_null(copy);
        return memcpy(copy, snapshot, size);
}

static int verify(const struct snapshot *snapshot, size_t size)
{
        const struct snapshot *verified = NULL;
        int r = snapshot_verify(snapshot, size, &verified);

        if (r == 0)
                assert_true(parse_walk(verified) > 0);
        else
                assert_null(verified);
        return r;
}

static void a_good_block_passes_and_can_be_moved(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();
        _cleanup_free_ struct snapshot *moved = copy_of(sample, snapshot_size(sample));
        const cfgw_section *section;

        assert_int_equal(verify(moved, snapshot_size(sample)), 0);
        memset(sample, 0xee, snapshot_size(moved));
        section = snapshot_find(moved, "three");
        assert_string_equal(property_value(section_property(section, "path")), "/srv/three");
}

static void every_truncation_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();

        for (size_t size = 0; size < snapshot_size(sample); size++) {
                _cleanup_free_ struct snapshot *cut = copy_of(sample, size);

                assert_int_equal(verify(cut, size), -EBADMSG);
                if (size < sizeof(struct snapshot))
                        continue;
                cut->size = size; /* and with a size that agrees */
                assert_int_equal(verify(cut, size), -EBADMSG);
        }
}

static void a_longer_block_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();
        size_t size = snapshot_size(sample);
        _cleanup_free_ char *longer = calloc(1, size + 8);

        assert_non_null(longer);
        memcpy(longer, sample, size);
        assert_int_equal(verify((void *)longer, size + 8), -EBADMSG);
}

/* Whatever one byte becomes: refused, or harmless. */
static void every_changed_byte_is_harmless(void **state)
{
        static const uint8_t changes[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20,
                                          0x40, 0x80, 0xff, 0x7f, 0x55};
        _cleanup_free_ struct snapshot *sample = make_sample();
        size_t size = snapshot_size(sample);
        _cleanup_free_ struct snapshot *block = copy_of(sample, size);
        uint8_t *bytes = (uint8_t *)block;
        unsigned int refused = 0;

        for (size_t i = 0; i < size; i++) {
                for (size_t j = 0; j < ELEMENTS(changes); j++) {
                        bytes[i] ^= changes[j];
                        refused += verify(block, size) != 0;
                        bytes[i] ^= changes[j];
                }
        }
        assert_true(refused > 0);
        assert_int_equal(verify(block, size), 0);
}

/* Whatever a 32-bit number becomes that could be an offset or a count. */
static void every_changed_number_is_harmless(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();
        size_t size = snapshot_size(sample);
        const uint32_t values[] = {0,
                                   1,
                                   UINT32_MAX,
                                   UINT32_MAX - 7,
                                   INT32_MAX,
                                   (uint32_t)1 << 31,
                                   (uint32_t)size,
                                   (uint32_t)size - 1,
                                   sample->strings,
                                   sample->strings - 1,
                                   sample->index,
                                   sample->properties,
                                   sample->sections};
        _cleanup_free_ struct snapshot *block = copy_of(sample, size);
        uint32_t *numbers = (uint32_t *)block;

        for (size_t i = 0; i < size / sizeof(*numbers); i++) {
                uint32_t kept = numbers[i];

                for (size_t j = 0; j < ELEMENTS(values); j++) {
                        numbers[i] = values[j];
                        verify(block, size);
                }
                numbers[i] = kept;
        }
        assert_int_equal(verify(block, size), 0);
}

static void another_version_is_told_apart(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();

        sample->version++;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EPROTONOSUPPORT);
        sample->magic++;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

static void a_format_that_does_not_exist_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();

        assert_int_equal(snapshot_format(sample), CFGW_FORMAT_SECTION_CONFIG);
        sample->format = CFGW_FORMAT_INI;
        assert_int_equal(verify(sample, snapshot_size(sample)), 0);
        assert_int_equal(snapshot_format(sample), CFGW_FORMAT_INI);
        sample->format = CFGW_FORMAT_INI + 1;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

static void a_block_off_its_alignment_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();
        size_t size = snapshot_size(sample);
        _cleanup_free_ char *room = malloc(size + 4);
        const struct snapshot *verified;

        assert_non_null(room);
        memcpy(room + 4, sample, size);
        assert_int_equal(snapshot_verify(room + 4, size, &verified), -EBADMSG);
}

static struct snapshot_slot *slots_of(struct snapshot *snapshot)
{
        return (void *)((char *)snapshot + snapshot->index);
}

static struct cfgw_section *sections_of(struct snapshot *snapshot)
{
        return (void *)((char *)snapshot + snapshot->sections);
}

static void an_index_without_an_end_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();

        for (uint32_t i = 0; i < sample->slot_count; i++)
                slots_of(sample)[i].section = 1 + i % sample->section_count;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

static void an_index_that_loses_a_section_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();

        for (uint32_t i = 0; i < sample->slot_count; i++)
                if (slots_of(sample)[i].section == 2)
                        slots_of(sample)[i].section = 1;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

static void a_name_that_comes_twice_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();

        sections_of(sample)[1].name = sections_of(sample)[0].name;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

static void text_that_is_not_utf8_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();
        const cfgw_property *property = section_property(snapshot_find(sample, "one"), "comment");
        char *value = (char *)property_value(property); /* a name would be lost to the index */

        value[0] = 'F';
        assert_int_equal(verify(sample, snapshot_size(sample)), 0);
        value[0] = (char)0xff;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

/* Else a block of names that are ends of each other would take time that is quadratic. */
static void a_text_inside_of_another_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();
        cfgw_property *property =
                (cfgw_property *)section_property(snapshot_find(sample, "one"), "comment");

        property->value++;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
        property->value--;
        property->key++;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
        property->key--;
        assert_int_equal(verify(sample, snapshot_size(sample)), 0);
        sample->path++;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

/* Every section is found, but a search for what is not there would never end. */
static void an_index_without_an_empty_slot_is_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();

        for (uint32_t i = 0; i < sample->slot_count; i++)
                if (slots_of(sample)[i].section == 0)
                        slots_of(sample)[i] = (struct snapshot_slot){.tag = 1, .section = 1};
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

static void properties_that_belong_to_nobody_are_refused(void **state)
{
        _cleanup_free_ struct snapshot *sample = make_sample();

        sections_of(sample)[2].property_count--;
        assert_int_equal(verify(sample, snapshot_size(sample)), -EBADMSG);
}

/* Adds @count sections whose names all want one of the first slots of so large an index. */
static void add_crowd(struct snapshot_builder *builder, unsigned int count, uint32_t slot_count)
{
        for (unsigned int i = 0, added = 0; added < count; i++) {
                _cleanup_free_ char *name = format_string("n%u", i);
                struct text text = {name, name ? strlen(name) : 0};

                assert_non_null(name);
                if (hash_text(text.data, text.size, 0) % slot_count >= 16)
                        continue;
                assert_int_equal(snapshot_builder_section(builder, text, text, ++added), 0);
        }
}

/* Names that were chosen for a digest of zeros, whose hash then has no salt. */
static void an_index_in_which_all_searches_are_long_is_refused(void **state)
{
        const struct digest digests[] = {{.bytes = {0}}, {.bytes = {1}}};
        static const int expected[] = {-EBADMSG, 0};

        for (size_t i = 0; i < ELEMENTS(digests); i++) {
                const struct snapshot_origin origin = {"d", "/p", digests[i], 0, 0};
                const struct snapshot_bounds bounds = {.sections = 1000, .text = 100000};
                struct snapshot_builder *builder;
                struct snapshot *block;

                assert_int_equal(snapshot_builder_new(&origin, &bounds, &builder), 0);
                add_crowd(builder, 1000, 2048);
                block = snapshot_builder_finish(builder);
                snapshot_builder_free(builder);
                assert_int_equal(block->slot_count, 2048);
                assert_int_equal(verify(block, snapshot_size(block)), expected[i]);
                free(block);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_good_block_passes_and_can_be_moved),
                TEST(every_truncation_is_refused),
                TEST(a_longer_block_is_refused),
                TEST(every_changed_byte_is_harmless),
                TEST(every_changed_number_is_harmless),
                TEST(another_version_is_told_apart),
                TEST(a_format_that_does_not_exist_is_refused),
                TEST(a_block_off_its_alignment_is_refused),
                TEST(an_index_without_an_end_is_refused),
                TEST(an_index_that_loses_a_section_is_refused),
                TEST(a_name_that_comes_twice_is_refused),
                TEST(text_that_is_not_utf8_is_refused),
                TEST(a_text_inside_of_another_is_refused),
                TEST(an_index_without_an_empty_slot_is_refused),
                TEST(properties_that_belong_to_nobody_are_refused),
                TEST(an_index_in_which_all_searches_are_long_is_refused),
        };

        return TESTING_RUN(tests);
}
