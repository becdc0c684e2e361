/* SPDX-License-Identifier: MIT */
/*
 * Events, against a real nanomsg publisher. That one is this program again, as a process of
 * its own, since nanomsg does not survive a fork: it binds the socket and publishes each line
 * that it reads from its standard input.
 */
#include "event.h"
#include "fake_daemon.h"
#include "instrumented.h"
#include "testing.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define SOURCE testing_path(state, "datastore.cfg")

/* -------------------------------------------------------------- publisher */

static int publish(const char *path)
{
        char address[128], *line = NULL;
        size_t room = 0;
        ssize_t size;
        int socket = nn_socket(AF_SP, NN_PUB);

        unlink(path);
        snprintf(address, sizeof(address), "ipc://%s", path);
        if (socket < 0 || nn_bind(socket, address) < 0 || write_all(1, "", 1) < 0)
                return 1;
        while ((size = getline(&line, &room, stdin)) > 0)
                nn_send(socket, line, (size_t)size, 0);
        free(line);
        return 0; /* without nn_close(): the kernel hangs up */
}

struct publisher {
        pid_t pid;
        int input;
};

static struct publisher start_publisher(void **state)
{
        const char *path = testing_path(state, EVENT_SOCKET);
        struct publisher publisher;
        int input[2], ready[2];
        char byte;

        assert_int_equal(pipe2(input, O_CLOEXEC), 0);
        assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
        publisher.pid = fork();
        if (publisher.pid == 0) {
                dup2(input[0], 0);
                dup2(ready[1], 1);
                execl("/proc/self/exe", "test-events", "publish", path, (char *)NULL);
                _exit(127);
        }
        close(input[0]);
        close(ready[1]);
        publisher.input = input[1];
        assert_int_equal(read(ready[0], &byte, 1), 1);
        close(ready[0]);
        return publisher;
}

static void kill_publisher(struct publisher *publisher)
{
        kill(publisher->pid, SIGKILL);
        waitpid(publisher->pid, NULL, 0);
        close(publisher->input);
}

static void say(const struct publisher *publisher, const char *text)
{
        assert_int_equal(write_all(publisher->input, text, strlen(text)), 0);
}

static void say_message(const struct publisher *publisher, enum message_kind kind)
{
        struct message message = {
                .domain = "datastore", .kind = kind, .state = CFGW_STATE_VALID, .generation = 1};
        char line[EVENT_SIZE_MAX + 1];

        message_encode(&message, line);
        say(publisher, line);
}

/* ------------------------------------------------------------- subscriber */

struct set {
        struct fake_daemon daemon;
        cfgw_client *client;
};

static struct set start(void **state)
{
        struct set set = {.daemon = fake_start(*state, FAKE_EPOCH)};

        testing_write_file(SOURCE, fake_text("one", "/1"));
        fake_accept(&set.daemon, 0, 1, SOURCE, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(*state, &set.client), 0);
        return set;
}

static void end(struct set *set)
{
        cfgw_client_unref(set->client);
        fake_stop(&set->daemon);
}

/* The next event within @limit, or NULL. Goes on as any program without an event loop would. */
static cfgw_event *next_event(cfgw_client *client, uint64_t limit)
{
        uint64_t until = testing_now() + limit;
        cfgw_event *event;

        for (;;) {
                uint64_t now = testing_now();
                int r = cfgw_client_process(client, &event);

                assert_true(r >= 0);
                if (r > 0)
                        return event;
                if (now >= until)
                        return NULL;
                assert_true(cfgw_client_wait(client, until - now) >= 0);
        }
}

static void assert_event(cfgw_client *client, const char *domain, cfgw_event_kind kind,
                         uint64_t generation)
{
        cfgw_event *event = next_event(client, TEST_PATIENCE_USEC);

        assert_non_null(event);
        assert_string_equal(cfgw_event_domain(event), domain);
        assert_int_equal(cfgw_event_get_kind(event), kind);
        assert_int_equal(cfgw_status_generation(cfgw_event_status(event)), generation);
        cfgw_event_free(event);
}

static void assert_no_event(cfgw_client *client, uint64_t limit)
{
        assert_null(next_event(client, limit));
}

static bool has_input(cfgw_client *client)
{
        struct pollfd pollfd = {.fd = cfgw_client_get_fd(client),
                                .events = (short)cfgw_client_get_events(client)};

        return poll(&pollfd, 1, 0) == 1;
}

/* Makes the publisher talk until the client hears it; nothing of that makes an event. */
static void assert_hears(const struct set *set, const struct publisher *publisher, uint64_t limit)
{
        uint64_t until = testing_now() + limit;

        while (!has_input(set->client)) {
                assert_true(testing_now() < until);
                fake_beat(&set->daemon);
                say_message(publisher, MESSAGE_HEARTBEAT);
                assert_no_event(set->client, 0);
                testing_nap();
        }
        assert_no_event(set->client, 0);
}

/* ------------------------------------------------------------------ tests */

static void nothing_works_before_a_subscription(void **state)
{
        struct set set = start(state);
        cfgw_event *event;
        uint64_t timeout;

        assert_int_equal(cfgw_client_get_fd(set.client), -ENOTCONN);
        assert_int_equal(cfgw_client_get_events(set.client), -ENOTCONN);
        assert_int_equal(cfgw_client_get_timeout(set.client, &timeout), -ENOTCONN);
        assert_int_equal(cfgw_client_process(set.client, &event), -ENOTCONN);
        assert_int_equal(cfgw_client_wait(set.client, 0), -ENOTCONN);
        end(&set);
}

static void bad_arguments_are_refused(void **state)
{
        struct set set = start(state);
        cfgw_event *event;
        uint64_t timeout;

        assert_int_equal(cfgw_client_subscribe(NULL, NULL), -EINVAL);
        assert_int_equal(cfgw_client_subscribe(set.client, "../x"), -EINVAL);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_int_equal(cfgw_client_get_fd(NULL), -EINVAL);
        assert_int_equal(cfgw_client_get_events(NULL), -EINVAL);
        assert_int_equal(cfgw_client_get_timeout(NULL, &timeout), -EINVAL);
        assert_int_equal(cfgw_client_get_timeout(set.client, NULL), -EINVAL);
        assert_int_equal(cfgw_client_process(NULL, &event), -EINVAL);
        assert_int_equal(cfgw_client_process(set.client, NULL), -EINVAL);
        assert_int_equal(cfgw_client_wait(NULL, 0), -EINVAL);
        assert_null(cfgw_event_free(NULL));
        assert_null(cfgw_event_domain(NULL));
        assert_null(cfgw_event_status(NULL));
        assert_null(cfgw_event_before(NULL));
        assert_null(cfgw_event_after(NULL));
        end(&set);
}

static void the_first_event_tells_what_is_in_force(void **state)
{
        struct set set = start(state);
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_int_equal(cfgw_client_wait(set.client, CFGW_FOREVER), 1);
        assert_int_equal(cfgw_client_process(set.client, &event), 1);
        assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_CHANGE);
        assert_string_equal(cfgw_event_domain(event), "datastore");
        assert_null(cfgw_event_before(event));
        assert_int_equal(cfgw_config_generation(cfgw_event_after(event)), 1);
        assert_int_equal(cfgw_status_freshness(cfgw_event_status(event)), CFGW_FRESHNESS_LIVE);
        cfgw_event_free(event);
        assert_int_equal(cfgw_client_process(set.client, &event), 0);
        assert_int_equal(cfgw_client_wait(set.client, 20000), 0);

        /* Once more for the same domain changes nothing. */
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_no_event(set.client, 20000);
        end(&set);
}

static void what_is_not_there_yet_is_told_as_well(void **state)
{
        struct fake_daemon daemon;
        cfgw_client *client;
        cfgw_event *event;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_subscribe(client, "datastore"), 0);
        event = next_event(client, 0);
        assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_STATE);
        assert_null(cfgw_event_after(event));
        cfgw_event_free(event);
        daemon = fake_start(*state, FAKE_EPOCH);
        fake_accept(&daemon, 0, 1, SOURCE, fake_text("one", "/1"));
        assert_event(client, "datastore", CFGW_EVENT_CHANGE, 1);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

static void a_message_makes_it_quick(void **state)
{
        struct publisher publisher;
        struct set set = start(state);
        cfgw_event *event;
        uint64_t since;

        publisher = start_publisher(state);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        for (uint64_t generation = 2; generation < 6; generation++) {
                assert_hears(&set, &publisher, TEST_PATIENCE_USEC);
                since = testing_now();
                fake_accept(&set.daemon, 0, generation, SOURCE,
                            fake_text(generation & 1 ? "odd" : "even", "/x"));
                say_message(&publisher, MESSAGE_CHANGE);
                event = next_event(set.client, TEST_PATIENCE_USEC);
                /* The late heartbeat would have brought it after 1.5 s. */
                assert_true(testing_now() - since < USEC_PER_SEC);
                assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_CHANGE);
                assert_int_equal(cfgw_config_generation(cfgw_event_before(event)), generation - 1);
                assert_int_equal(cfgw_config_generation(cfgw_event_after(event)), generation);
                cfgw_event_free(event);
        }
        kill_publisher(&publisher);
        end(&set);
}

static void a_dead_publisher_delays_for_a_second_or_so(void **state)
{
        struct set set = start(state);
        uint64_t since, timeout;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        assert_no_event(set.client, 200000);
        assert_int_equal(cfgw_client_get_timeout(set.client, &timeout), 0);
        assert_true(timeout > testing_now() && timeout < testing_now() + 2 * USEC_PER_SEC);
        since = testing_now();
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 2);
        assert_true(testing_now() - since < 2 * USEC_PER_SEC);
        end(&set);
}

static void many_changes_are_told_as_one(void **state)
{
        struct set set = start(state);
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        for (uint64_t generation = 2; generation <= 10; generation++)
                fake_accept(&set.daemon, 0, generation, SOURCE,
                            fake_text(generation & 1 ? "odd" : "even", "/x"));
        event = next_event(set.client, TEST_PATIENCE_USEC);
        assert_int_equal(cfgw_config_generation(cfgw_event_before(event)), 1);
        assert_int_equal(cfgw_config_generation(cfgw_event_after(event)), 10);
        cfgw_event_free(event);

        /* There and back again is nothing. */
        fake_accept(&set.daemon, 0, 11, SOURCE, fake_text("odd", "/x"));
        fake_accept(&set.daemon, 0, 12, SOURCE, fake_text("even", "/x"));
        assert_no_event(set.client, 2 * USEC_PER_SEC);
        end(&set);
}

static void a_state_is_told_with_line_and_reason(void **state)
{
        struct set set = start(state);
        const cfgw_status *status;
        cfgw_event *event;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_state(&set.daemon, 0, 1, fake_text("one", "/1"), CFGW_STATE_INVALID, 7, "no header");
        event = next_event(set.client, TEST_PATIENCE_USEC);
        assert_int_equal(cfgw_event_get_kind(event), CFGW_EVENT_STATE);
        status = cfgw_event_status(event);
        assert_int_equal(cfgw_status_state(status), CFGW_STATE_INVALID);
        assert_int_equal(cfgw_status_freshness(status), CFGW_FRESHNESS_LAST_GOOD);
        assert_int_equal(cfgw_status_line(status), 7);
        assert_string_equal(cfgw_status_reason(status), "no header");
        assert_ptr_equal(cfgw_event_before(event), cfgw_event_after(event));
        cfgw_event_free(event);
        end(&set);
}

/* What the digest does not tell apart is no change, whatever became of the daemon. */
static void a_daemon_that_goes_and_comes_is_a_state(void **state)
{
        struct set set = start(state);
        struct fake_daemon next;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_stop(&set.daemon);
        assert_event(set.client, "datastore", CFGW_EVENT_STATE, 1);
        next = fake_start(*state, FAKE_EPOCH + 1);
        fake_accept(&next, 0, 2, SOURCE, fake_text("one", "/1"));
        assert_event(set.client, "datastore", CFGW_EVENT_STATE, 2);
        fake_stop(&next);
        end(&set);
}

static void a_killed_publisher_is_heard_again(void **state)
{
        struct publisher publisher;
        struct set set = start(state);
        int fd;

        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        fd = cfgw_client_get_fd(set.client);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        for (int i = 0; i < 4; i++) {
                publisher = start_publisher(state);
                assert_hears(&set, &publisher, 2 * USEC_PER_SEC);
                kill_publisher(&publisher);
        }
        assert_int_equal(cfgw_client_get_fd(set.client), fd);
        end(&set);
}

static void a_farewell_is_not_the_end(void **state)
{
        struct publisher publisher;
        struct set set = start(state);

        publisher = start_publisher(state);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        assert_hears(&set, &publisher, TEST_PATIENCE_USEC);
        say_message(&publisher, MESSAGE_FAREWELL);
        WAIT_FOR(has_input(set.client));
        assert_no_event(set.client, 0);
        assert_false(has_input(set.client)); /* the connection is gone */
        assert_hears(&set, &publisher, 2 * USEC_PER_SEC);
        kill_publisher(&publisher);
        end(&set);
}

/* Somebody took the connection and never says a word, as a publisher that died in between. */
static void a_deaf_connection_is_given_up(void **state)
{
        const char *path = testing_path(state, EVENT_SOCKET);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        struct publisher publisher;
        struct set set = start(state);
        int listener;

        strcpy(address.sun_path, path);
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(listener, 8), 0);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        WAIT_FOR(poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 0) == 1);
        publisher = start_publisher(state); /* at the same path */
        assert_hears(&set, &publisher, BOARD_SILENCE_USEC + 3 * USEC_PER_SEC);
        close(listener);
        kill_publisher(&publisher);
        end(&set);
}

static void garbage_does_no_harm(void **state)
{
        char large[8192];
        struct publisher publisher;
        struct set set = start(state);

        publisher = start_publisher(state);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        assert_hears(&set, &publisher, TEST_PATIENCE_USEC);
        memset(large, 'x', sizeof(large) - 1);
        memcpy(large, "datastore ", 10);
        strcpy(large + sizeof(large) - 2, "\n");
        for (int i = 0; i < 500; i++)
                say(&publisher, "datastore generation=x\n");
        large[600] = '\n';
        large[601] = '\0';
        say(&publisher, large);
        assert_no_event(set.client, 100000);
        large[600] = large[601] = 'x';
        say(&publisher, large); /* more than nanomsg may take: it hangs up */
        assert_no_event(set.client, 100000);
        assert_hears(&set, &publisher, TEST_PATIENCE_USEC);
        kill_publisher(&publisher);
        end(&set);
}

static void all_domains_are_those_to_come_as_well(void **state)
{
        const char *const more[] = {"datastore", "remote", "third"};
        struct access access = {.gid = getegid(), .mode = 0644};
        struct set set = start(state);
        struct fake_daemon next = set.daemon;

        assert_int_equal(cfgw_client_subscribe(set.client, NULL), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        assert_event(set.client, "remote", CFGW_EVENT_STATE, 0);
        assert_no_event(set.client, 0);

        assert_int_equal(board_writer_new(*state, &access, more, 3, &next.writer), 0);
        fake_state(&next, 0, 1, fake_text("one", "/1"), CFGW_STATE_VALID, 0, "");
        fake_state(&next, 2, 0, NULL, CFGW_STATE_MISSING, 0, "gone");
        assert_int_equal(board_writer_publish(next.writer, testing_now()), 0);
        assert_event(set.client, "third", CFGW_EVENT_STATE, 0);
        end(&set);
        fake_stop(&next);
}

/* --------------------------------------------------------- where it is hard */

static int live_in_child(cfgw_client *client, cfgw_reader *reader)
{
        const cfgw_config *config;
        cfgw_event *event;
        uint64_t timeout;

        alarm(20);
        if (cfgw_client_subscribe(client, "remote") != -ECHILD ||
            cfgw_client_get_fd(client) != -ECHILD || cfgw_client_get_events(client) != -ECHILD ||
            cfgw_client_get_timeout(client, &timeout) != -ECHILD ||
            cfgw_client_process(client, &event) != -ECHILD ||
            cfgw_client_wait(client, 0) != -ECHILD)
                return 1;
        if (cfgw_reader_config(reader, &config) < 0)
                return 2;
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
        return 0;
}

static void a_forked_child_has_no_events_but_lookups(void **state)
{
        struct publisher publisher;
        struct set set = start(state);
        cfgw_reader *reader;
        int status;
        pid_t child;

        if (is_instrumented())
                skip();
        publisher = start_publisher(state);
        assert_int_equal(cfgw_reader_new(set.client, "datastore", &reader), 0);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        assert_hears(&set, &publisher, TEST_PATIENCE_USEC);
        child = fork();
        if (child == 0)
                _exit(live_in_child(set.client, reader));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);

        /* The parent goes on as if nothing had been. */
        assert_hears(&set, &publisher, TEST_PATIENCE_USEC);
        cfgw_reader_free(reader);
        kill_publisher(&publisher);
        end(&set);
}

/* Subscribes anew, and follows one change. */
static int follow_in_child(const char *directory, int ready)
{
        cfgw_client *client;
        cfgw_event *event;
        uint64_t generation = 0;

        alarm(20);
        if (cfgw_client_new(directory, &client) < 0 ||
            cfgw_client_subscribe(client, "datastore") < 0)
                return 1;
        while (generation < 2) {
                int r = cfgw_client_process(client, &event);

                if (r < 0)
                        return 2;
                if (r == 0) {
                        cfgw_client_wait(client, CFGW_FOREVER);
                        continue;
                }
                generation = cfgw_status_generation(cfgw_event_status(event));
                cfgw_event_free(event);
                write_all(ready, "", 1);
        }
        cfgw_client_unref(client);
        return 0;
}

/* nanomsg is of no use in a child of a process that uses it. Events come all the same. */
static void a_child_may_subscribe_with_a_client_of_its_own(void **state)
{
        struct set set = start(state);
        int status, ready[2];
        char byte;
        pid_t child;

        if (is_instrumented())
                skip();
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_int_equal(pipe(ready), 0);
        child = fork();
        if (child == 0)
                _exit(follow_in_child(*state, ready[1]));
        assert_int_equal(read(ready[0], &byte, 1), 1);
        fake_accept(&set.daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        close(ready[0]);
        close(ready[1]);
        end(&set);
}

/* Where nanomsg would abort: a path that is too long, or no more files to open. */
static void a_long_path_is_looked_at_without_messages(void **state)
{
        struct fake_daemon daemon;
        cfgw_client *client;
        char name[EVENT_PATH_MAX];
        const char *directory;

        memset(name, 'n', sizeof(name));
        name[sizeof(name) - 1] = '\0';
        directory = testing_path(state, "%s", name);
        assert_int_equal(mkdir(directory, 0755), 0);
        daemon = fake_start(directory, FAKE_EPOCH);
        fake_accept(&daemon, 0, 1, SOURCE, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(directory, &client), 0);
        assert_int_equal(cfgw_client_subscribe(client, "datastore"), 0);
        assert_event(client, "datastore", CFGW_EVENT_CHANGE, 1);
        fake_accept(&daemon, 0, 2, SOURCE, fake_text("two", "/2"));
        assert_event(client, "datastore", CFGW_EVENT_CHANGE, 2);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

static void too_few_files_are_waited_for(void **state)
{
        struct publisher publisher;
        struct rlimit before, few;
        struct set set = start(state);
        int lowest;

        publisher = start_publisher(state);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        lowest = dup(0);
        close(lowest);
        few = before;
        few.rlim_cur = (rlim_t)lowest + 5; /* one for epoll, some to open board and snapshot */
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        assert_int_equal(cfgw_client_subscribe(set.client, "datastore"), 0);
        assert_event(set.client, "datastore", CFGW_EVENT_CHANGE, 1);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_hears(&set, &publisher, TEST_PATIENCE_USEC);
        kill_publisher(&publisher);
        end(&set);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                TEST(nothing_works_before_a_subscription),
                TEST(bad_arguments_are_refused),
                TEST(the_first_event_tells_what_is_in_force),
                TEST(what_is_not_there_yet_is_told_as_well),
                TEST(a_message_makes_it_quick),
                TEST(a_dead_publisher_delays_for_a_second_or_so),
                TEST(many_changes_are_told_as_one),
                TEST(a_state_is_told_with_line_and_reason),
                TEST(a_daemon_that_goes_and_comes_is_a_state),
                TEST(a_killed_publisher_is_heard_again),
                TEST(a_farewell_is_not_the_end),
                TEST(a_deaf_connection_is_given_up),
                TEST(garbage_does_no_harm),
                TEST(all_domains_are_those_to_come_as_well),
                TEST(a_forked_child_has_no_events_but_lookups),
                TEST(a_child_may_subscribe_with_a_client_of_its_own),
                TEST(a_long_path_is_looked_at_without_messages),
                TEST(too_few_files_are_waited_for),
        };

        if (argc == 3 && strcmp(argv[1], "publish") == 0)
                return publish(argv[2]);
        return TESTING_RUN(tests);
}
