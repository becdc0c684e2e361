/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "filesystem.h"

#include <sys/stat.h>

static void test_memory_file_system_tells_all(void **state)
{
        struct stat stat_buffer;

        if (stat("/dev/shm", &stat_buffer) < 0)
                skip();
        assert_true(filesystem_tells_all("/dev/shm"));
        assert_true(filesystem_tells_all("/dev/shm/none/there"));
}

static void test_file_system_without_events_does_not(void **state)
{
        assert_false(filesystem_tells_all("/proc/uptime"));
        assert_false(filesystem_tells_all("/proc/none/there"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_memory_file_system_tells_all),
                TEST(test_file_system_without_events_does_not),
        };

        return TESTING_RUN(tests);
}
