/* SPDX-License-Identifier: MIT */
/* The daemon's outside: sync, status, signals, options, one daemon a directory. */
#include "harness.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define NO_TTL "--ttl 3600"

static void begin(struct harness *harness, const char *options)
{
        harness_save(harness, "v000");
        harness_start(harness, options);
        harness_expect_generation(harness, 1);
}

/* --------------------------------------------------------------------- sync */

static void sync_is_a_barrier(void **state)
{
        struct harness *harness = *state;
        char tag[16];

        begin(harness, NO_TTL);
        for (uint64_t i = 1; i <= 100; i++) {
                snprintf(tag, sizeof(tag), "v%03u", (unsigned int)i);
                /* In place it would have to rest first, if nobody asked. */
                if (i % 2)
                        harness_save(harness, tag);
                else
                        harness_save_at(harness, harness->file, tag);
                assert_int_equal(harness_sync(harness), i + 1);
                harness_expect_content(harness, tag);
        }
}

static void sync_waits_for_a_writer(void **state)
{
        struct harness *harness = *state;
        char content[CONTENT_SIZE_MAX];
        int fd;

        begin(harness, NO_TTL " --settle-writer 60 --settle-defer 60");
        content_write(content, "v001");
        fd = open(harness->file, O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, content, 4096), 0);
        assert_int_equal(cfgw_client_sync(harness->client, "datastore", 200 * USEC_PER_MSEC, NULL),
                         -ETIMEDOUT);
        harness_expect_content(harness, "v000");
        assert_int_equal(write_all(fd, content + 4096, strlen(content) - 4096), 0);
        close(fd);
        assert_int_equal(harness_sync(harness), 2);
        harness_expect_content(harness, "v001");
}

static void sync_without_a_daemon_or_a_domain(void **state)
{
        struct harness *harness = *state;
        uint64_t generation = 7;

        begin(harness, "");
        assert_int_equal(cfgw_client_sync(harness->client, "nosuch", CFGW_FOREVER, &generation),
                         -ENOENT);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        assert_int_equal(cfgw_client_sync(harness->client, "datastore", CFGW_FOREVER, &generation),
                         -ENOTCONN);
        assert_int_equal(generation, 7);
}

/* ------------------------------------------------------------------ bad peers */

static int connect_plainly(struct harness *harness)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", harness->runtime);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        return fd;
}

static void garbage_gets_an_error_and_a_closed_connection(void **state)
{
        struct harness *harness = *state;
        static const char *const requests[] = {"GET / HTTP/1.1\r\n", "sync\n", "sync ../etc\n",
                                               "status please\n", "\n"};
        char reply[4096];
        ssize_t n;
        int fd;

        begin(harness, "");
        for (size_t i = 0; i < ELEMENTS(requests); i++) {
                fd = connect_plainly(harness);
                assert_int_equal(write_all(fd, requests[i], strlen(requests[i])), 0);
                n = recv(fd, reply, sizeof(reply) - 1, MSG_WAITALL); /* up to the end */
                assert_true(n > 0);
                reply[n] = '\0';
                if (strncmp(reply, "error E", 7) != 0)
                        fail_msg("%s is answered with %s", requests[i], reply);
                close(fd);
        }
        assert_int_equal(harness_sync(harness), 1);
}

static void idle_connections_keep_nobody_out(void **state)
{
        struct harness *harness = *state;
        int fds[200];

        begin(harness, "");
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                fds[i] = connect_plainly(harness);
        harness_save(harness, "v001");
        assert_int_equal(harness_sync(harness), 2);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(fds[i]);
}

/* A writer who takes his time, and everybody asks for what he will have written. */
static void a_crowd_that_waits_for_a_writer_keeps_nobody_out(void **state)
{
        struct harness *harness = *state;
        char content[CONTENT_SIZE_MAX], reply[64];
        int fds[200], file, answered = 0;

        begin(harness, NO_TTL " --settle-writer 60 --settle-defer 60");
        content_write(content, "v001");
        file = open(harness->file, O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_int_equal(write_all(file, content, 4096), 0);
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                fds[i] = connect_plainly(harness);
                assert_int_equal(write_all(fds[i], "sync datastore\n", 15), 0);
        }
        json_decref(harness_status(harness));
        assert_int_equal(write_all(file, content + 4096, strlen(content) - 4096), 0);
        close(file);
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                ssize_t n = recv(fds[i], reply, sizeof(reply) - 1, MSG_WAITALL);

                assert_true(n > 0);
                reply[n] = '\0';
                if (strcmp(reply, "ok 2\n") == 0)
                        answered++;
                else
                        assert_string_equal(reply, "error EBUSY too many clients\n");
                close(fds[i]);
        }
        assert_in_range(answered, 30, 50);
}

/* ------------------------------------------------------------------- signals */

static void int_and_term_stop_cleanly(void **state)
{
        struct harness *harness = *state;

        begin(harness, "");
        assert_int_equal(harness_stop(harness, SIGINT), 0);
        harness_start(harness, "");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        assert_int_equal(access(testing_path(&harness->testing, "run/control"), F_OK), -1);
        assert_int_equal(access(testing_path(&harness->testing, "run/events"), F_OK), -1);
        assert_int_equal(access(testing_path(&harness->testing, "run/datastore/1.snap"), F_OK), 0);
        assert_int_equal(access(testing_path(&harness->testing, "state/datastore/1.cfg"), F_OK), 0);
}

/* An edit that no event tells, and a TTL that never comes: the signal finds it. */
static void hup_looks_at_the_files(void **state)
{
        struct harness *harness = *state;
        char content[CONTENT_SIZE_MAX], *map;
        int fd;

        begin(harness, NO_TTL " --settle-confirm 0.2 --settle-writer 0.2");
        content_write(content, "v001");
        fd = open(harness->file, O_RDWR | O_CLOEXEC);
        map = mmap(NULL, strlen(content), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        assert_ptr_not_equal(map, MAP_FAILED);
        memcpy(map, content, strlen(content));
        assert_int_equal(kill(harness->daemon, SIGHUP), 0);
        assert_int_equal(
                cfgw_client_wait_generation(harness->client, "datastore", 2, TEST_PATIENCE_USEC),
                0);
        munmap(map, strlen(content));
        harness_expect_content(harness, "v001");
}

static void the_service_manager_hears_once_that_the_daemon_is_ready(void **state)
{
        struct harness *harness = *state;

        begin(harness, "");
        for (int i = 0; i < 3; i++) {
                char text[4096];
                ssize_t n;

                WAIT_FOR((n = recv(harness->ready, text, sizeof(text) - 1, MSG_DONTWAIT)) > 0);
                text[n] = '\0';
                assert_non_null(strstr(text, "WATCHDOG=1"));
                assert_null(strstr(text, "READY=1"));
        }
}

/* -------------------------------------------------------------- two daemons */

static void a_second_daemon_is_refused(void **state)
{
        struct harness *harness = *state;
        _cleanup_free_ char *same_runtime =
                format_string("cfgwatchd --watch datastore=$FILE --runtime-directory %s "
                              "--state-directory ../state2",
                              harness->runtime);
        _cleanup_free_ char *same_state =
                format_string("cfgwatchd --watch datastore=$FILE --runtime-directory ../run2 "
                              "--state-directory %s",
                              harness->state);

        begin(harness, "");
        assert_int_equal(process_shell(same_runtime, harness->shell_log), 1);
        assert_int_equal(process_shell(same_state, harness->shell_log), 1);
        harness_save(harness, "v001");
        harness_expect_generation(harness, 2);
        harness_expect_content(harness, "v001");
}

/* ------------------------------------------------------------------- options */

static void usage_errors(void **state)
{
        struct harness *harness = *state;
        static const char *const arguments[] = {
                "",
                "--nonsense",
                "word",
                "--watch",
                "--watch datastore",
                "--watch Bad/Name=/etc/passwd",
                "--watch lock=/etc/passwd",
                "--watch datastore=",
                "--watch datastore=x --ttl never",
                "--watch datastore=x --ttl -1",
                "--watch datastore=x --ttl 0",
                "--watch datastore=x --settle-confirm 1s",
                "--watch datastore=x --history 0",
                "--watch datastore=x --log-level loud",
                "--config /nonexistent/cfgwatchd.conf",
        };
        const char *output = testing_path(&harness->testing, "output");

        for (size_t i = 0; i < ELEMENTS(arguments); i++) {
                _cleanup_free_ char *command =
                        format_string("cfgwatchd %s 2>../output", arguments[i]);
                const char *error;

                if (process_shell(command, harness->shell_log) != 2)
                        fail_msg("not refused: %s", arguments[i]);
                error = testing_read_file(&harness->testing, output);
                assert_non_null(error);
                assert_memory_equal(error, "cfgwatchd: ", 11);
                assert_ptr_equal(strchr(error, '\n'), error + strlen(error) - 1);
        }
}

/* What is written to a closed stderr must not end up in the file that got its number. */
static void standard_descriptors_may_be_closed(void **state)
{
        struct harness *harness = *state;

        harness_save(harness, "v000");
        harness_shell(harness,
                      "cfgwatchd --watch datastore=$FILE --runtime-directory ../run2 "
                      "--state-directory ../state2 <&- >&- 2>&- & pid=$!; "
                      "until [ -e ../run2/control ]; do sleep 0.01; done; "
                      "found=$(for i in 0 1 2; do readlink /proc/$pid/fd/$i; done | sort -u); "
                      "kill $pid; wait $pid; test \"$found\" = /dev/null");
}

static void help_and_version(void **state)
{
        struct harness *harness = *state;

        harness_shell(harness, "cfgwatchd --help | grep -q -- --watch");
        harness_shell(harness, "cfgwatchd --version | grep -q '^cfgwatchd [0-9]'");
}

static void what_cannot_start_says_so_in_one_line(void **state)
{
        struct harness *harness = *state;
        const char *error;

        harness_save(harness, "v000");
        testing_write_file(testing_path(&harness->testing, "file"), "");
        assert_int_equal(
                process_shell("cfgwatchd --watch datastore=$FILE --state-directory ../state "
                              "--runtime-directory ../file/run 2>../output",
                              harness->shell_log),
                1);
        error = testing_read_file(&harness->testing, testing_path(&harness->testing, "output"));
        assert_non_null(error);
        assert_ptr_equal(strchr(error, '\n'), error + strlen(error) - 1);
}

static void two_domains_of_a_config_file(void **state)
{
        struct harness *harness = *state;
        _cleanup_free_ char *config = NULL, *options = NULL, **names = NULL;
        cfgw_reader *other;
        const cfgw_config *content;

        harness_save(harness, "v000");
        harness_save_at(harness, testing_path(&harness->testing, "etc/other.cfg"), "o000");
        config = format_string("[daemon]\nttl = 3600\nlog-level = info\n"
                               "[domain datastore]\npath = %s\n"
                               "[domain other]\npath = %s/other.cfg\nsettle-confirm = 0.5\n",
                               harness->file, harness->directory);
        testing_write_file(testing_path(&harness->testing, "cfgwatchd.conf"), config);
        options = format_string("--config %s", testing_path(&harness->testing, "cfgwatchd.conf"));
        harness_launch(harness, options);
        harness_await_ready(harness);
        assert_int_equal(cfgw_client_new(harness->runtime, &harness->client), 0);
        assert_int_equal(cfgw_client_list_domains(harness->client, &names), 0);
        assert_string_equal(names[0], "datastore");
        assert_string_equal(names[1], "other");
        assert_null(names[2]);
        assert_int_equal(cfgw_reader_new(harness->client, "other", &other), 0);
        assert_int_equal(cfgw_reader_config(other, &content), 0);
        assert_string_equal(content_tag(content), "o000");
        cfgw_reader_free(other);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(sync_is_a_barrier),
                SYSTEM_TEST(sync_waits_for_a_writer),
                SYSTEM_TEST(sync_without_a_daemon_or_a_domain),
                SYSTEM_TEST(garbage_gets_an_error_and_a_closed_connection),
                SYSTEM_TEST(idle_connections_keep_nobody_out),
                SYSTEM_TEST(a_crowd_that_waits_for_a_writer_keeps_nobody_out),
                SYSTEM_TEST(int_and_term_stop_cleanly),
                SYSTEM_TEST(hup_looks_at_the_files),
                SYSTEM_TEST(the_service_manager_hears_once_that_the_daemon_is_ready),
                SYSTEM_TEST(a_second_daemon_is_refused),
                SYSTEM_TEST(usage_errors),
                SYSTEM_TEST(standard_descriptors_may_be_closed),
                SYSTEM_TEST(help_and_version),
                SYSTEM_TEST(what_cannot_start_says_so_in_one_line),
                SYSTEM_TEST(two_domains_of_a_config_file),
        };

        return TESTING_RUN(tests);
}
