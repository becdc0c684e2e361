/* SPDX-License-Identifier: MIT */
/*
 * What happens to the nanomsg socket or comes out of it does not matter to the daemon and
 * its board, and subscribers are back soon.
 */
#include "harness.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

/* No generation may be later than this on the board: far more than it takes, even where two
 * cores run all of the tests, and far less than any time-out. */
#define LATE_USEC (500 * USEC_PER_MSEC)

#define BACK_USEC (2 * USEC_PER_SEC) /* subscribers are back by then */

#define EDITS_A_SECOND 8
#define OUTPUT_MAX (1024 * 1024) /* what nanocat may print */
#define IDLE_CONNECTIONS 200

static void begin(struct harness *harness)
{
        harness_save(harness, "v0000");
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        harness_listen(harness);
        WAIT_FOR(harness_publisher(harness) != 0);
}

/* Edits, and sees the generation on the board in time. */
static void edit(struct harness *harness, uint64_t generation)
{
        char tag[8];
        uint64_t renamed;

        snprintf(tag, sizeof(tag), "v%04u", (unsigned int)generation);
        harness_save(harness, tag);
        renamed = testing_now();
        assert_int_equal(cfgw_client_wait_generation(harness->client, "datastore", generation,
                                                     TEST_PATIENCE_USEC),
                         0);
        if (!harness_is_slow())
                assert_in_range(testing_now() - renamed, 0, LATE_USEC);
        harness_expect_content(harness, tag);
}

/* ------------------------------------------------------ another's subscriber */

static int subscribe_plainly(const char *runtime)
{
        _cleanup_free_ char *address = format_string("ipc://%s/events", runtime);
        int receive_ms = 20, s = nn_socket(AF_SP, NN_SUB);

        assert_true(s >= 0 && address);
        assert_int_equal(nn_setsockopt(s, NN_SUB, NN_SUB_SUBSCRIBE, "datastore ", 10), 0);
        assert_int_equal(
                nn_setsockopt(s, NN_SOL_SOCKET, NN_RCVTIMEO, &receive_ms, sizeof(receive_ms)), 0);
        assert_true(nn_connect(s, address) >= 0);
        return s;
}

/* Receives until a line tells @generation, at latest at @until. */
static void expect_line(int s, uint64_t generation, uint64_t until)
{
        char line[1024], expected[64];
        int n;

        snprintf(expected, sizeof(expected), "datastore generation=%u state=valid ",
                 (unsigned int)generation);
        for (;;) {
                n = nn_recv(s, line, sizeof(line) - 1, 0);
                if (n > 0) {
                        line[n] = '\0';
                        if (strncmp(line, expected, strlen(expected)) == 0)
                                return;
                }
                if (testing_now() > until)
                        fail_msg("no line in time that begins with: %s", expected);
        }
}

/* ------------------------------------------------- subscribers in a process */

/* Both write down the generation that they were told last. */
static void subscribe_with_library(const char *runtime, _Atomic uint64_t *told)
{
        cfgw_client *client;
        cfgw_event *event;

        if (cfgw_client_new(runtime, &client) < 0 || cfgw_client_subscribe(client, NULL) < 0)
                _exit(1);
        for (;;) {
                while (cfgw_client_process(client, &event) > 0) {
                        atomic_store(told, cfgw_status_generation(cfgw_event_status(event)));
                        cfgw_event_free(event);
                }
                if (cfgw_client_wait(client, CFGW_FOREVER) < 0)
                        _exit(1);
        }
}

static void subscribe_with_nanomsg(const char *runtime, _Atomic uint64_t *told)
{
        char line[1024];
        unsigned long long generation;
        int n, s = subscribe_plainly(runtime);

        for (;;) {
                n = nn_recv(s, line, sizeof(line) - 1, 0);
                if (n <= 0)
                        continue;
                line[n] = '\0';
                if (sscanf(line, "datastore generation=%llu ", &generation) == 1)
                        atomic_store(told, generation);
        }
}

/* nanomsg cannot be used after a fork: @harness must not listen yet. */
static pid_t start_subscriber(struct harness *harness,
                              void (*run)(const char *, _Atomic uint64_t *),
                              _Atomic uint64_t **ret_told)
{
        void *told = mmap(NULL, sizeof(**ret_told), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        pid_t pid;

        assert_false(harness->listening);
        assert_ptr_not_equal(told, MAP_FAILED);
        *ret_told = told;
        pid = fork();
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
                run(harness->runtime, told);
        }
        assert_true(pid > 0);
        return pid;
}

static void stop_subscriber(pid_t pid, _Atomic uint64_t *told)
{
        kill(pid, SIGKILL);
        process_wait(pid, TEST_PATIENCE_USEC);
        munmap((void *)told, sizeof(*told));
}

/* ------------------------------------------------------------- the helper dies */

static uint64_t restarts(struct harness *harness)
{
        json_t *status = harness_status(harness);
        json_t *publisher = json_object_get(status, "publisher");
        uint64_t count = (uint64_t)json_integer_value(json_object_get(publisher, "restarts"));

        json_decref(status);
        return count;
}

static void the_helper_is_killed_once_a_second(void **state)
{
        struct harness *harness = *state;
        int kills = harness_is_slow() ? 5 : 20;
        _Atomic uint64_t *by_library, *by_nanomsg;
        uint64_t generation = 1, killed;
        pid_t helper, library, nanomsg;

        harness_save(harness, "v0000");
        harness_start(harness, "");
        library = start_subscriber(harness, subscribe_with_library, &by_library);
        nanomsg = start_subscriber(harness, subscribe_with_nanomsg, &by_nanomsg);
        WAIT_FOR(atomic_load(by_library) == 1 && atomic_load(by_nanomsg) == 1);
        for (int i = 0; i < kills; i++) {
                WAIT_FOR((helper = harness_publisher(harness)) != 0);
                assert_int_equal(kill(helper, SIGKILL), 0);
                killed = testing_now();
                for (int j = 0; j < EDITS_A_SECOND; j++)
                        edit(harness, ++generation);
                WAIT_FOR(atomic_load(by_library) == generation);
                WAIT_FOR(atomic_load(by_nanomsg) == generation);
                assert_in_range(testing_now() - killed, 0, BACK_USEC);
                /* Not a hope but the rhythm: the next one dies a second later. */
                WAIT_FOR(testing_now() >= killed + USEC_PER_SEC);
        }
        harness_expect_generation(harness, generation);
        assert_true(restarts(harness) >= (uint64_t)kills);
        stop_subscriber(library, by_library);
        stop_subscriber(nanomsg, by_nanomsg);
}

static void no_helper_at_all(void **state)
{
        struct harness *harness = *state;

        harness_save(harness, "v0000");
        harness_start(harness, "--publisher /nonexistent/cfgwatch-publisher");
        harness_expect_generation(harness, 1);
        harness_listen(harness);
        for (uint64_t generation = 2; generation < 10; generation++)
                edit(harness, generation);
        /* Without any message: the library looks at the board by itself. */
        WAIT_FOR((harness_drain(harness), harness->told_generation == 9));
}

/* ------------------------------------------------------------------ bad peers */

static int connect_plainly(struct harness *harness)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/events", harness->runtime);
        /* The helper may be down for a moment after the last one's treatment. */
        WAIT_FOR(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
        return fd;
}

/* Sends it, keeps the connection open, and looks whether anybody notices. */
static void send_bytes(void **state, const char *data, size_t size)
{
        struct harness *harness = *state;
        uint64_t generation = 1;
        pid_t daemon;
        int fd;

        begin(harness);
        daemon = harness->daemon;
        for (int i = 0; i < 3; i++) {
                fd = connect_plainly(harness);
                send(fd, data, size, MSG_NOSIGNAL);
                edit(harness, ++generation);
                edit(harness, ++generation);
                WAIT_FOR((harness_drain(harness), harness->told_generation == generation));
                close(fd);
        }
        assert_true(process_is_running(daemon));
        WAIT_FOR(harness_publisher(harness) != 0);
        fd = subscribe_plainly(harness->runtime);
        expect_line(fd, generation, testing_now() + TEST_PATIENCE_USEC);
        nn_close(fd);
}

#define SEND_TEST(name, bytes)                                                                     \
        static void name(void **state)                                                             \
        {                                                                                          \
                static const char data[] = bytes;                                                  \
                send_bytes(state, data, sizeof(data) - 1);                                         \
        }

/* The header of nanomsg's handshake: version, protocol (SUB is 33, PUB is 32), reserved. */
#define HELLO_SUB "\0SP\0\0\x21\0\0"
#define HELLO_PUB "\0SP\0\0\x20\0\0"

SEND_TEST(garbage, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n\xff\xfe\xfd")
SEND_TEST(half_a_handshake, "\0SP")
SEND_TEST(another_protocol, HELLO_PUB)
SEND_TEST(a_message_to_the_publisher, HELLO_SUB "\1\0\0\0\0\0\0\0\5hello")
SEND_TEST(an_endless_message, HELLO_SUB "\1\x7f\xff\xff\xff\xff\xff\xff\xff")

static void idle_connections(void **state)
{
        struct harness *harness = *state;
        int fds[IDLE_CONNECTIONS], s;

        begin(harness);
        for (int i = 0; i < IDLE_CONNECTIONS; i++)
                fds[i] = connect_plainly(harness);
        for (uint64_t generation = 2; generation < 10; generation++)
                edit(harness, generation);
        WAIT_FOR((harness_drain(harness), harness->told_generation == 9));
        for (int i = 0; i < IDLE_CONNECTIONS; i++)
                close(fds[i]);
        s = subscribe_plainly(harness->runtime);
        expect_line(s, 9, testing_now() + TEST_PATIENCE_USEC);
        nn_close(s);
}

/* -------------------------------------------------------- a slow subscriber */

static void a_subscriber_that_is_stopped_for_two_seconds(void **state)
{
        struct harness *harness = *state;
        unsigned int edits = harness_is_slow() ? 1000 : 10000, i = 0;
        _Atomic uint64_t *told;
        uint64_t generation, stopped;
        char tag[16];
        pid_t pid;

        harness_save(harness, "v00000");
        harness_start(harness, "");
        pid = start_subscriber(harness, subscribe_with_library, &told);
        WAIT_FOR(atomic_load(told) == 1);
        assert_int_equal(kill(pid, SIGSTOP), 0);
        stopped = testing_now();
        do {
                snprintf(tag, sizeof(tag), "v%05u", ++i);
                harness_save(harness, tag);
        } while (i < edits || testing_now() < stopped + 2 * USEC_PER_SEC);
        generation = harness_sync(harness);
        harness_expect_content(harness, tag);
        assert_int_equal(kill(pid, SIGCONT), 0);
        WAIT_FOR(atomic_load(told) == generation);
        stop_subscriber(pid, told);
}

/* ------------------------------------------------------------------- nanocat */

static bool file_has(const char *path, const char *text)
{
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        _cleanup_free_ char *data = NULL;
        size_t size;

        return fd >= 0 && read_all(fd, 0, OUTPUT_MAX, &data, &size) == 0 && strstr(data, text);
}

static void nanocat_shows_the_lines(void **state)
{
        struct harness *harness = *state;
        const char *output = testing_path(&harness->testing, "nanocat.out");
        _cleanup_free_ char *address = format_string("ipc://%s/events", harness->runtime);
        const char *const argv[] = {"nanocat",   "--sub", "--subscribe", "datastore ",
                                    "--connect", address, "--ascii",     NULL};

        if (process_shell("command -v nanocat", harness->shell_log) != 0)
                SKIP("no nanocat");
        begin(harness);
        process_start(argv, output);
        /* Its connection is there when a heartbeat arrives. */
        WAIT_FOR(file_has(output, "datastore generation=1 state=valid kind=heartbeat "));
        edit(harness, 2);
        WAIT_FOR(file_has(output, "datastore generation=2 state=valid kind=change "));
        assert_true(file_has(output, harness_file_digest(harness)));
        testing_write_file(harness->file, "nonsense\n");
        WAIT_FOR(file_has(output, "datastore generation=2 state=invalid kind=state "));
        assert_true(file_has(output, " line=1 reason="));
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        WAIT_FOR(file_has(output, " kind=farewell "));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(the_helper_is_killed_once_a_second),
                SYSTEM_TEST(no_helper_at_all),
                SYSTEM_TEST(garbage),
                SYSTEM_TEST(half_a_handshake),
                SYSTEM_TEST(another_protocol),
                SYSTEM_TEST(a_message_to_the_publisher),
                SYSTEM_TEST(an_endless_message),
                SYSTEM_TEST(idle_connections),
                SYSTEM_TEST(a_subscriber_that_is_stopped_for_two_seconds),
                SYSTEM_TEST(nanocat_shows_the_lines),
        };

        return TESTING_RUN(tests);
}
