/* SPDX-License-Identifier: MIT */
/*
 * A store through a shared mapping that is kept raises no event at all. The TTL finds it, the
 * status counts it as found by the TTL alone, and what events find is not counted so.
 */
#include "harness.h"

#include "util.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define OPTIONS "--ttl 0.5 --settle-confirm 0.3 --settle-writer 0.5"

struct mapping {
        char *data;
        size_t size;
};

/* The mapping keeps the file open, so that closing the descriptor is no event either. */
static struct mapping map_file(struct harness *harness)
{
        char content[CONTENT_SIZE_MAX];
        struct mapping mapping;
        int fd = open(harness->file, O_RDWR | O_CLOEXEC);

        assert_true(fd >= 0);
        content_write(content, "v0");
        mapping.size = strlen(content);
        mapping.data = mmap(NULL, mapping.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        assert_ptr_not_equal(mapping.data, MAP_FAILED);
        return mapping;
}

static void edit_mapping(struct mapping *mapping, const char *tag)
{
        char content[CONTENT_SIZE_MAX];

        content_write(content, tag);
        assert_int_equal(strlen(content), mapping->size);
        memcpy(mapping->data, content, mapping->size);
}

static void found_by_ttl_alone(void **state)
{
        struct harness *harness = *state;
        struct mapping mapping;
        uint64_t by_event;

        harness_save(harness, "v0");
        harness_start(harness, OPTIONS);
        harness_expect_generation(harness, 1);
        harness_listen(harness);
        harness_look_out(harness);
        by_event = harness_number(harness, "found", "event");
        mapping = map_file(harness);
        for (uint64_t i = 1; i <= 2; i++) {
                edit_mapping(&mapping, i == 1 ? "v1" : "v2");
                harness_expect_generation(harness, i + 1);
                assert_int_equal(harness_number(harness, "found", "ttl"), i);
                WAIT_FOR(harness_drain(harness) == i);
        }
        munmap(mapping.data, mapping.size);
        assert_int_equal(harness_number(harness, "found", "event"), by_event);
        assert_int_equal(harness_number(harness, "found", "sync"), 0);
        lookout_assert(harness->lookout, "v0 v1 v2");
}

static void shown_as_degraded_until_an_event_comes(void **state)
{
        struct harness *harness = *state;
        struct mapping mapping;
        json_t *status;

        harness_save(harness, "v0");
        harness_start(harness, OPTIONS);
        status = harness_status(harness);
        assert_true(json_is_null(json_object_get(harness_domain(status), "degraded")));
        json_decref(status);
        mapping = map_file(harness);
        edit_mapping(&mapping, "v1");
        harness_expect_generation(harness, 2);
        munmap(mapping.data, mapping.size);
        status = harness_status(harness);
        assert_true(json_is_string(json_object_get(harness_domain(status), "degraded")));
        json_decref(status);
        harness_save(harness, "v2"); /* an event finds this one */
        harness_expect_generation(harness, 3);
        status = harness_status(harness);
        assert_true(json_is_null(json_object_get(harness_domain(status), "degraded")));
        json_decref(status);
}

/* With a TTL that never comes: what is found is found by events, and counted so. */
static void found_by_event_alone(void **state)
{
        struct harness *harness = *state;

        harness_save(harness, "v0");
        harness_start(harness, "--ttl 3600");
        harness_expect_generation(harness, 1);
        harness_save(harness, "v1");
        assert_int_equal(
                cfgw_client_wait_generation(harness->client, "datastore", 2, TEST_PATIENCE_USEC),
                0);
        harness_save_at(harness, harness->file, "v2");
        assert_int_equal(
                cfgw_client_wait_generation(harness->client, "datastore", 3, TEST_PATIENCE_USEC),
                0);
        assert_int_equal(harness_number(harness, "found", "event"), 2);
        assert_int_equal(harness_number(harness, "found", "ttl"), 0);
        assert_int_equal(harness_number(harness, "found", "sync"), 0);
        assert_int_equal(harness_number(harness, "found", "start"), 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(found_by_ttl_alone),
                SYSTEM_TEST(shown_as_degraded_until_an_event_comes),
                SYSTEM_TEST(found_by_event_alone),
        };

        return TESTING_RUN(tests);
}
