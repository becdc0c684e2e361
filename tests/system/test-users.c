/* SPDX-License-Identifier: MIT */
/*
 * Who may not read the source file gets nothing from the daemon either: no snapshot, no
 * event, no answer. Who may gets all of it. Needs root, to become somebody else.
 */
#include "harness.h"

#include "util.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define NOBODY 65534
#define GROUP 54321 /* of nobody else on any machine */

/* Exit status of a child: the number of the step that failed; 0 if all was as it should be. */
typedef int (*role)(const char *directory, const char *runtime);

static pid_t start_as(struct harness *harness, role play, bool inside)
{
        const gid_t groups[] = {GROUP};
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid > 0)
                return pid;
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (setgroups(inside ? 1 : 0, groups) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
                _exit(100);
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* setuid() forgot it */
        _exit(play(harness->directory, harness->runtime));
}

static bool may_connect(const char *runtime, const char *name)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", runtime, name);
        return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool may_read(const char *directory, const char *name)
{
        _cleanup_free_ char *path = format_string("%s/%s", directory, name);

        return access(path, R_OK) == 0;
}

static int outsider(const char *directory, const char *runtime)
{
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;
        cfgw_event *event;

        if (may_read(directory, "datastore.cfg"))
                return 1; /* the test itself is wrong */
        if (may_connect(runtime, "events") || may_connect(runtime, "control"))
                return 2;
        if (may_read(runtime, "datastore/1.snap") || may_read(runtime, "../state/datastore/1.cfg"))
                return 3;
        if (cfgw_client_new(runtime, &client) < 0 ||
            cfgw_reader_new(client, "datastore", &reader) < 0)
                return 4;
        if (cfgw_reader_config(reader, &config) == 0)
                return 5;
        if (cfgw_client_sync(client, "datastore", USEC_PER_SEC, NULL) >= 0)
                return 6;
        if (cfgw_client_subscribe(client, "datastore") < 0)
                return 7;
        cfgw_client_wait(client, USEC_PER_SEC);
        while (cfgw_client_process(client, &event) > 0)
                if (cfgw_event_after(event))
                        return 8;
        return 0;
}

/* Waits for the event of generation 2, which the test makes when 1 was reported. */
static int insider(const char *directory, const char *runtime)
{
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;
        cfgw_event *event;
        uint64_t told = 0;

        if (!may_read(directory, "datastore.cfg"))
                return 1;
        if (!may_connect(runtime, "events") || !may_connect(runtime, "control"))
                return 2;
        if (cfgw_client_new(runtime, &client) < 0 ||
            cfgw_reader_new(client, "datastore", &reader) < 0)
                return 4;
        if (cfgw_reader_config(reader, &config) < 0 || cfgw_config_generation(config) == 0)
                return 5;
        if (cfgw_client_sync(client, "datastore", CFGW_FOREVER, NULL) < 0)
                return 6;
        if (cfgw_client_subscribe(client, "datastore") < 0)
                return 7;
        while (told < 2) {
                while (cfgw_client_process(client, &event) > 0) {
                        told = cfgw_status_generation(cfgw_event_status(event));
                        if (!cfgw_event_after(event))
                                return 8;
                        cfgw_event_free(event);
                }
                if (told < 2 && cfgw_client_wait(client, TEST_PATIENCE_USEC) <= 0)
                        return 9;
        }
        return 0;
}

/* The helper makes it a moment after the daemon is ready, and gives it to the group then. */
static bool events_are_open_to_group(const char *path)
{
        struct stat socket;

        return stat(path, &socket) == 0 && socket.st_gid == GROUP &&
               (socket.st_mode & 0060) == 0060;
}

static void begin(struct harness *harness)
{
        const char *events = testing_path(&harness->testing, "run/events");

        if (geteuid() != 0)
                SKIP("needs root");
        assert_int_equal(chmod(testing_path(&harness->testing, "."), 0755), 0);
        harness_save(harness, "v0");
        assert_int_equal(chown(harness->file, 0, GROUP), 0);
        assert_int_equal(chmod(harness->file, 0640), 0);
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        WAIT_FOR(events_are_open_to_group(events));
}

static void outside_the_group_nothing(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        assert_int_equal(process_wait(start_as(harness, outsider, false), TEST_PATIENCE_USEC), 0);
}

static void inside_the_group_everything(void **state)
{
        struct harness *harness = *state;
        pid_t pid;

        begin(harness);
        pid = start_as(harness, insider, true);
        harness_save_at(harness, harness->file, "v1"); /* in place: keeps mode and group */
        assert_int_equal(process_wait(pid, TEST_PATIENCE_USEC), 0);
}

/* What the source file's mode takes away is taken away here as well. */
static void a_narrower_mode_is_followed(void **state)
{
        struct harness *harness = *state;

        begin(harness);
        assert_int_equal(chmod(harness->file, 0600), 0);
        harness_save_at(harness, harness->file, "v1");
        harness_expect_generation(harness, 2);
        assert_int_equal(process_wait(start_as(harness, outsider, true), TEST_PATIENCE_USEC), 0);
}

static bool is_open_to_all(const char *path)
{
        struct stat found;

        return stat(path, &found) == 0 && (found.st_mode & 0004);
}

/* Somebody has put something else in the place of one of the things that follow. */
static void what_cannot_follow_a_mode_does_not_hold_up_the_rest(void **state)
{
        struct harness *harness = *state;
        const char *events = testing_path(&harness->testing, "run/events");
        const char *control = testing_path(&harness->testing, "run/control");

        begin(harness);
        assert_int_equal(unlink(events), 0);
        testing_write_file(events, "");
        assert_int_equal(chmod(harness->file, 0644), 0);
        WAIT_FOR(is_open_to_all(harness->runtime) && is_open_to_all(control));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(outside_the_group_nothing),
                SYSTEM_TEST(inside_the_group_everything),
                SYSTEM_TEST(a_narrower_mode_is_followed),
                SYSTEM_TEST(what_cannot_follow_a_mode_does_not_hold_up_the_rest),
        };

        return TESTING_RUN(tests);
}
