/* SPDX-License-Identifier: MIT */
/*
 * A million lookups without one system call. The program runs itself under strace(1), which
 * writes down every call between two marks.
 */
#include "harness.h"

#include "util.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define LOOKUPS 1000000
#define MARK_BEGIN "the lookups begin\n"
#define MARK_END "the lookups end\n"

static void mark(const char *text)
{
        write_all(STDERR_FILENO, text, strlen(text));
}

/* What runs under strace. Status 2: a lookup failed. */
static int look_up(const char *runtime)
{
        const cfgw_config *config;
        const cfgw_section *section;
        cfgw_client *client;
        cfgw_reader *reader;
        int failed = 0;

        if (cfgw_client_new(runtime, &client) < 0 ||
            cfgw_reader_new(client, "datastore", &reader) < 0 ||
            cfgw_reader_config(reader, &config) < 0)
                return 1;
        mark(MARK_BEGIN);
        for (int i = 0; i < LOOKUPS; i++) {
                if (cfgw_reader_config(reader, &config) < 0)
                        failed = 1;
                section = cfgw_config_section(config, i % 2 ? "ds0007" : "ds0199");
                if (!section || !cfgw_section_get(section, "path"))
                        failed = 1;
        }
        mark(MARK_END);
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
        return failed ? 2 : 0;
}

/* The lines of the trace between the marks, which are write(2) calls themselves. */
static char *calls_between_marks(char *trace)
{
        char *begin = strstr(trace, "the lookups begin"), *end;

        assert_non_null(begin);
        begin = strchr(begin, '\n');
        assert_non_null(begin);
        end = strstr(++begin, "the lookups end");
        assert_non_null(end);
        while (end > begin && end[-1] != '\n')
                end--;
        *end = '\0';
        return begin;
}

static void no_system_call_in_a_million_lookups(void **state)
{
        struct harness *harness = *state;
        char self[PATH_MAX] = "", *trace;
        const char *output = testing_path(&harness->testing, "trace");
        const char *const argv[] = {"strace",         "-f", "-o", output, self, "--lookups",
                                    harness->runtime, NULL};

        if (process_shell("strace -o /dev/null true", harness->shell_log) != 0)
                SKIP("no strace, or it is not allowed to trace");
        assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
        harness_save(harness, "v0");
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* its way of looking needs ptrace, too */
        assert_int_equal(process_wait(process_start(argv, harness->shell_log), TEST_PATIENCE_USEC),
                         0);
        trace = testing_read_file(&harness->testing, output);
        assert_non_null(trace);
        assert_string_equal(calls_between_marks(trace), "");
}

/* The trace shows what it should: without a daemon there are system calls in the loop. */
static void the_trace_can_tell(void **state)
{
        struct harness *harness = *state;
        char trace[] = "1 write(2, \"the lookups begin\\n\", 18) = 18\n"
                       "1 openat(AT_FDCWD, \"x\", O_RDONLY) = 3\n"
                       "1 write(2, \"the lookups end\\n\", 16) = 16\n";

        assert_non_null(harness);
        assert_string_equal(calls_between_marks(trace),
                            "1 openat(AT_FDCWD, \"x\", O_RDONLY) = 3\n");
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(the_trace_can_tell),
                SYSTEM_TEST(no_system_call_in_a_million_lookups),
        };

        if (argc == 3 && strcmp(argv[1], "--lookups") == 0)
                return look_up(argv[2]);
        return TESTING_RUN(tests);
}
