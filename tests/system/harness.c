/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define ARGUMENTS_MAX 64
#define NOTIFY_SIZE 512 /* bytes of one sd_notify() message */

/* -------------------------------------------------------------- setup, teardown */

/* What shell commands and the daemon find in their environment. */
static void fill_environment(struct harness *harness)
{
        const char *path = getenv("PATH");
        _cleanup_free_ char *longer = NULL;

        if (path && strncmp(path, harness->build, strlen(harness->build)) != 0) {
                longer = format_string("%s:%s", harness->build, path);
                assert_non_null(longer);
                setenv("PATH", longer, 1);
        }
        setenv("FILE", harness->file, 1);
        setenv("HOME", testing_path(&harness->testing, "home"), 1);
        setenv("TERM", "vt100", 1);
        setenv("CFGWATCH_RUNTIME_DIR", harness->runtime, 1);
        setenv("NOTIFY_SOCKET", harness->notify, 1);
}

static int make_directories(struct harness *harness)
{
        if (mkdir(harness->directory, 0755) < 0 ||
            mkdir(testing_path(&harness->testing, "home"), 0755) < 0)
                return -1;
        return chdir(harness->directory);
}

int harness_setup(void **state)
{
        struct harness *harness = calloc(1, sizeof(*harness));
        void **testing;

        if (!harness || testing_setup(&harness->testing) < 0) {
                free(harness);
                return -1;
        }
        testing = &harness->testing;
        harness->ready = -1;
        harness->build = getenv("CFGWATCH_BUILD");
        harness->runtime = testing_path(testing, "run");
        harness->state = testing_path(testing, "state");
        harness->directory = testing_path(testing, "etc");
        harness->file = testing_path(testing, "etc/datastore.cfg");
        harness->notify = testing_path(testing, "notify");
        harness->daemon_log = testing_path(testing, "daemon.log");
        harness->shell_log = testing_path(testing, "shell.log");
        *state = harness;
        if (!harness->build || make_directories(harness) < 0)
                return -1;
        fill_environment(harness);
        process_adopt_orphans();
        signal(SIGPIPE, SIG_IGN);
        return 0;
}

/* Into the test's log, where it explains a failure. */
static void show_log(struct harness *harness, const char *path)
{
        const char *text = testing_read_file(&harness->testing, path);

        if (text && *text)
                fprintf(stderr, "----- %s\n%s", path, text);
}

int harness_teardown(void **state)
{
        struct harness *harness = *state;
        int r;

        lookout_free(harness->lookout);
        cfgw_reader_free(harness->reader);
        cfgw_client_unref(harness->client);
        process_kill_all();
        if (harness->ready >= 0)
                close(harness->ready);
        show_log(harness, harness->shell_log);
        show_log(harness, harness->daemon_log);
        r = chdir("/");
        r |= testing_teardown(&harness->testing);
        free(harness);
        *state = NULL;
        return r;
}

bool harness_is_slow(void)
{
        return getenv("CFGWATCH_TEST_SLOW") != NULL;
}

/* ------------------------------------------------------------------- daemon */

/* Where the daemon's sd_notify() goes: each start has a socket of its own. */
static void open_notify_socket(struct harness *harness)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (harness->ready >= 0)
                close(harness->ready);
        unlink(harness->notify);
        harness->ready = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(harness->ready >= 0);
        snprintf(address.sun_path, sizeof(address.sun_path), "%s", harness->notify);
        assert_int_equal(bind(harness->ready, (struct sockaddr *)&address, sizeof(address)), 0);
}

void harness_launch(struct harness *harness, const char *options)
{
        _cleanup_free_ char *words = strdup(options);
        _cleanup_free_ char *program = format_string("%s/cfgwatchd", harness->build);
        _cleanup_free_ char *publisher = format_string("%s/cfgwatch-publisher", harness->build);
        const char *arguments[ARGUMENTS_MAX + 1] = {
                program,        "--runtime-directory", harness->runtime, "--state-directory",
                harness->state, "--publisher",         publisher,        "--log-level",
                "debug",
        };
        size_t count = 0;

        assert_true(words && program && publisher);
        while (arguments[count])
                count++;
        for (char *rest, *word = strtok_r(words, " ", &rest); word;
             word = strtok_r(NULL, " ", &rest)) {
                assert_true(count < ARGUMENTS_MAX);
                arguments[count++] = word;
        }
        open_notify_socket(harness);
        harness->daemon = process_start(arguments, harness->daemon_log);
}

void harness_await_ready(struct harness *harness)
{
        char text[NOTIFY_SIZE];
        ssize_t n;

        for (uint64_t until = testing_now() + TEST_PATIENCE_USEC;;) {
                n = recv(harness->ready, text, sizeof(text) - 1, 0);
                if (n > 0) {
                        text[n] = '\0';
                        if (strstr(text, "READY=1"))
                                return;
                        continue;
                }
                if (!process_is_running(harness->daemon))
                        fail_msg("the daemon ended at once");
                if (testing_now() > until)
                        fail_msg("the daemon did not become ready");
                testing_nap();
        }
}

void harness_start(struct harness *harness, const char *options)
{
        _cleanup_free_ char *all = format_string("--watch datastore=%s %s", harness->file, options);

        assert_non_null(all);
        harness_launch(harness, all);
        harness_await_ready(harness);
        if (harness->client)
                return;
        assert_int_equal(cfgw_client_new(harness->runtime, &harness->client), 0);
        assert_int_equal(cfgw_reader_new(harness->client, "datastore", &harness->reader), 0);
}

int harness_stop(struct harness *harness, int number)
{
        pid_t pid = harness->daemon;

        harness->daemon = 0;
        assert_int_equal(kill(pid, number), 0);
        return process_wait(pid, TEST_PATIENCE_USEC);
}

json_t *harness_status(struct harness *harness)
{
        _cleanup_free_ char *text = NULL;
        json_t *status;

        assert_int_equal(cfgw_client_query_daemon(harness->client, TEST_PATIENCE_USEC, &text), 0);
        status = json_loads(text, 0, NULL);
        assert_non_null(status);
        return status;
}

json_t *harness_domain(json_t *status)
{
        json_t *domain = json_array_get(json_object_get(status, "domains"), 0);

        assert_string_equal(json_string_value(json_object_get(domain, "name")), "datastore");
        return domain;
}

uint64_t harness_number(struct harness *harness, const char *key, const char *second)
{
        json_t *status = harness_status(harness);
        json_t *value = json_object_get(harness_domain(status), key);
        uint64_t number;

        if (second)
                value = json_object_get(value, second);
        if (!json_is_integer(value))
                fail_msg("no number %s in the status", second ? second : key);
        number = (uint64_t)json_integer_value(value);
        json_decref(status);
        return number;
}

pid_t harness_publisher(struct harness *harness)
{
        json_t *status = harness_status(harness);
        json_t *publisher = json_object_get(status, "publisher");
        pid_t pid = (pid_t)json_integer_value(json_object_get(publisher, "pid"));

        json_decref(status);
        return pid;
}

/* --------------------------------------------------------------------- file */

void harness_save_at(struct harness *harness, const char *path, const char *tag)
{
        char content[CONTENT_SIZE_MAX];

        content_write(content, tag);
        testing_write_file(path, content);
}

void harness_save(struct harness *harness, const char *tag)
{
        _cleanup_free_ char *temporary = format_string("%s.tmp_aB3xY9", harness->file);

        assert_non_null(temporary);
        harness_save_at(harness, temporary, tag);
        assert_int_equal(rename(temporary, harness->file), 0);
}

void harness_shell(struct harness *harness, const char *command)
{
        int status = process_shell(command, harness->shell_log);

        if (status != 0)
                fail_msg("exit status %d: %s", status, command);
}

const char *harness_file_digest(struct harness *harness)
{
        const char *path = testing_path(&harness->testing, "digest");
        char *text;

        harness_shell(harness, "sha256sum <\"$FILE\" >../digest");
        text = testing_read_file(&harness->testing, path);
        assert_non_null(text);
        assert_true(strlen(text) > 64);
        text[64] = '\0';
        return text;
}

/* ------------------------------------------------------------------- client */

uint64_t harness_sync(struct harness *harness)
{
        uint64_t generation;

        assert_int_equal(
                cfgw_client_sync(harness->client, "datastore", TEST_PATIENCE_USEC, &generation), 0);
        return generation;
}

void harness_expect_generation(struct harness *harness, uint64_t generation)
{
        assert_int_equal(cfgw_client_wait_generation(harness->client, "datastore", generation,
                                                     TEST_PATIENCE_USEC),
                         0);
        assert_int_equal(harness_sync(harness), generation);
}

void harness_expect_content(struct harness *harness, const char *tag)
{
        const cfgw_config *config;
        const char *found;

        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        found = content_tag(config);
        assert_non_null(found);
        assert_string_equal(found, tag);
}

bool harness_has_content(struct harness *harness, const char *tag)
{
        const cfgw_config *config;
        const char *found;

        if (cfgw_reader_config(harness->reader, &config) < 0)
                return false;
        found = content_tag(config);
        return found && strcmp(found, tag) == 0;
}

bool harness_is(struct harness *harness, cfgw_freshness freshness, cfgw_state state)
{
        cfgw_status *status;
        bool is;

        assert_int_equal(cfgw_reader_status(harness->reader, &status), 0);
        is = cfgw_status_freshness(status) == freshness && cfgw_status_state(status) == state;
        cfgw_status_free(status);
        return is;
}

void harness_look_out(struct harness *harness)
{
        harness->lookout = lookout_start(harness->client);
}

static void note_event(struct harness *harness, const cfgw_event *event)
{
        const cfgw_status *status = cfgw_event_status(event);
        const char *reason = cfgw_status_reason(status);

        harness->told_generation = cfgw_status_generation(status);
        harness->told_state = cfgw_status_state(status);
        harness->told_line = cfgw_status_line(status);
        snprintf(harness->told_reason, sizeof(harness->told_reason), "%s", reason ? reason : "");
        if (!harness->listening)
                harness->listening = true; /* the first one: what is in force */
        else if (cfgw_event_get_kind(event) == CFGW_EVENT_CHANGE)
                harness->changes++;
        else
                harness->states++;
}

unsigned int harness_drain(struct harness *harness)
{
        cfgw_event *event;
        int r;

        while ((r = cfgw_client_process(harness->client, &event)) > 0) {
                note_event(harness, event);
                cfgw_event_free(event);
        }
        assert_int_equal(r, 0);
        return harness->changes;
}

void harness_listen(struct harness *harness)
{
        assert_int_equal(cfgw_client_subscribe(harness->client, "datastore"), 0);
        WAIT_FOR((harness_drain(harness), harness->listening));
}
