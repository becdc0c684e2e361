/* SPDX-License-Identifier: MIT */
/* Asking the daemon, which is a thread here that answers what the test wants. */
#include "testing.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

struct server {
        int listener;
        const char *answer; /* NULL: none, the connection is kept until the client leaves */
        size_t repeat;      /* so many times more */
        bool deaf;          /* answers without reading */
        bool slow;          /* naps before each repetition */
        char request[128];
        pthread_t thread;
        cfgw_client *client;
};

static void read_request(struct server *server, int fd)
{
        size_t size = 0;
        ssize_t n = 1;

        while (n > 0 && !memchr(server->request, '\n', size) &&
               size < sizeof(server->request) - 1) {
                n = read(fd, server->request + size, sizeof(server->request) - 1 - size);
                size += n > 0 ? (size_t)n : 0;
        }
        server->request[size] = '\0';
}

static void *serve(void *userdata)
{
        struct server *server = userdata;
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        char byte;

        if (fd < 0)
                return NULL;
        if (!server->deaf)
                read_request(server, fd);
        if (server->answer) {
                for (size_t i = 0; i <= server->repeat; i++) {
                        if (send(fd, server->answer, strlen(server->answer), MSG_NOSIGNAL) < 0)
                                break;
                        if (server->slow)
                                testing_nap();
                }
        } else
                while (read(fd, &byte, 1) > 0)
                        continue;
        close(fd);
        return NULL;
}

static int bind_socket(void **state)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        strcpy(address.sun_path, testing_path(state, "control"));
        unlink(address.sun_path);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        return fd;
}

static void start(void **state, struct server *server, const char *answer)
{
        server->answer = answer;
        server->listener = bind_socket(state);
        assert_int_equal(listen(server->listener, 1), 0);
        assert_int_equal(cfgw_client_new(*state, &server->client), 0);
        assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void end(struct server *server)
{
        pthread_join(server->thread, NULL);
        close(server->listener);
        cfgw_client_unref(server->client);
}

static int sync_with(void **state, const char *answer, uint64_t *ret_generation)
{
        struct server server = {.repeat = 0};
        int r;

        start(state, &server, answer);
        r = cfgw_client_sync(server.client, "datastore", CFGW_FOREVER, ret_generation);
        end(&server);
        assert_string_equal(server.request, "sync datastore\n");
        return r;
}

static void a_sync_gives_the_generation_in_force(void **state)
{
        uint64_t generation = 0;

        assert_int_equal(sync_with(state, "ok 43\n", &generation), 0);
        assert_int_equal(generation, 43);
        assert_int_equal(sync_with(state, "ok 18446744073709551615\n", &generation), 0);
        assert_true(generation == UINT64_MAX);
        assert_int_equal(sync_with(state, "ok 43\n", NULL), 0);
}

static void no_generation_is_an_error(void **state)
{
        uint64_t generation = 99;

        assert_int_equal(sync_with(state, "ok 0\n", &generation), -ENODATA);
        assert_int_equal(generation, 99);
}

static void the_daemons_errors_are_passed_on(void **state)
{
        assert_int_equal(sync_with(state, "error ENOENT no such domain\n", NULL), -ENOENT);
        assert_int_equal(sync_with(state, "error ETIMEDOUT took too long\n", NULL), -ETIMEDOUT);
        assert_int_equal(sync_with(state, "error EBUSY\n", NULL), -EBUSY);
        assert_int_equal(sync_with(state, "error ENODATA never usable\n", NULL), -ENODATA);
}

static void what_is_no_answer_is_refused(void **state)
{
        static const char *const answers[] = {
                "",
                "ok",
                "ok \n",
                "ok 43",
                "ok x\n",
                "ok -1\n",
                "ok 1\nok\n",
                "ko 43\n",
                "error\n",
                "error \n",
                "error X\n",
                "ok 43 \n",
                "HTTP/1.1 400\n",
                "error ENOENTX\n",
                "ok 1 2\n",
                "OK 43\n",
                "\n",
                "ok 18446744073709551616\n",
        };

        for (size_t i = 0; i < ELEMENTS(answers); i++)
                if (sync_with(state, answers[i], NULL) != -EPROTO)
                        fail_msg("was taken for an answer: %s", answers[i]);
}

static void a_report_is_given_as_it_came(void **state)
{
        struct server server = {.repeat = 0};
        char *json = NULL;

        start(state, &server, "ok\n{\"version\":\"0.1.0\"}\n");
        assert_int_equal(cfgw_client_query_daemon(server.client, CFGW_FOREVER, &json), 0);
        end(&server);
        assert_string_equal(server.request, "status\n");
        assert_string_equal(json, "{\"version\":\"0.1.0\"}");
        free(json);
}

static void a_large_report_is_given_whole(void **state)
{
        struct server server = {.repeat = 0};
        size_t size = (size_t)3 << 20;
        char *answer = malloc(size), *json = NULL;

        memset(answer, ' ', size);
        memcpy(answer, "ok\n{", 4);
        memcpy(answer + size - 3, "}\n", 3);
        start(state, &server, answer);
        assert_int_equal(cfgw_client_query_daemon(server.client, CFGW_FOREVER, &json), 0);
        end(&server);
        assert_int_equal(strlen(json), size - 2 - strlen("ok\n"));
        free(json);
        free(answer);
}

static void an_endless_answer_is_cut_off(void **state)
{
        struct server server = {.repeat = 100000};
        char *json = NULL;

        start(state, &server,
              "ok\n{ and so on, for many megabytes, without any end to it .......\n"
              "............................................................\n"
              "............................................................\n"
              "............................................................\n"
              "............................................................\n");
        assert_int_equal(cfgw_client_query_daemon(server.client, CFGW_FOREVER, &json), -EPROTO);
        assert_null(json);
        end(&server);
        server = (struct server){.repeat = 100000};
        start(state, &server, "ok 4");
        assert_int_equal(cfgw_client_sync(server.client, "datastore", CFGW_FOREVER, NULL), -EPROTO);
        end(&server);
}

/* Of a daemon that was killed, or that needed the place; "ok\n{}" may be the start of more. */
static void a_report_that_is_none_or_not_whole_is_an_error(void **state)
{
        static const char *const answers[] = {"ok\n", "ok\n\n", "ok\n{\"domains\":[{}", "ok\n{}"};
        char *json = NULL;

        for (size_t i = 0; i < ELEMENTS(answers); i++) {
                struct server server = {.repeat = 0};

                start(state, &server, answers[i]);
                if (cfgw_client_query_daemon(server.client, CFGW_FOREVER, &json) != -EPROTO)
                        fail_msg("was taken for a report: %s", answers[i]);
                assert_null(json);
                end(&server);
        }
}

/* A daemon that has too many clients says so at once, and hangs up. */
static void an_answer_before_the_request_is_one(void **state)
{
        struct server server = {.deaf = true};

        start(state, &server, "error EBUSY too many clients\n");
        assert_int_equal(cfgw_client_sync(server.client, "datastore", CFGW_FOREVER, NULL), -EBUSY);
        end(&server);
}

static void no_answer_ends_in_time(void **state)
{
        struct server server = {.repeat = 0};
        uint64_t since = testing_now();

        start(state, &server, NULL);
        assert_int_equal(cfgw_client_sync(server.client, "datastore", 50000, NULL), -ETIMEDOUT);
        assert_true(testing_now() - since >= 50000);
        assert_true(testing_now() - since < 5 * USEC_PER_SEC);
        end(&server);
}

/* Each byte comes in time, and all together never do: the deadline is one for all. */
static void a_dripping_answer_ends_in_time(void **state)
{
        struct server server = {.slow = true, .repeat = SIZE_MAX - 1};
        uint64_t since = testing_now();
        char *json = NULL;

        start(state, &server, " ");
        assert_int_equal(cfgw_client_query_daemon(server.client, 100000, &json), -ETIMEDOUT);
        assert_true(testing_now() - since < 5 * USEC_PER_SEC);
        assert_null(json);
        end(&server);
}

/* Nobody accepts, and the queue is full. */
static void a_full_queue_ends_in_time(void **state)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int listener = bind_socket(state), fds[4];
        cfgw_client *client;

        assert_int_equal(listen(listener, 0), 0);
        strcpy(address.sun_path, testing_path(state, "control"));
        for (size_t i = 0; i < ELEMENTS(fds); i++) {
                fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
                connect(fds[i], (struct sockaddr *)&address, sizeof(address));
        }
        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_sync(client, "datastore", 50000, NULL), -ETIMEDOUT);
        cfgw_client_unref(client);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(fds[i]);
        close(listener);
}

static void no_daemon_is_not_connected(void **state)
{
        cfgw_client *client;
        char *json;

        assert_int_equal(cfgw_client_new(testing_path(state, "nowhere"), &client), 0);
        assert_int_equal(cfgw_client_sync(client, "datastore", CFGW_FOREVER, NULL), -ENOTCONN);
        assert_int_equal(cfgw_client_query_daemon(client, CFGW_FOREVER, &json), -ENOTCONN);
        cfgw_client_unref(client);

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_sync(client, "datastore", CFGW_FOREVER, NULL), -ENOTCONN);
        close(bind_socket(state)); /* left over: nobody listens */
        assert_int_equal(cfgw_client_sync(client, "datastore", CFGW_FOREVER, NULL), -ENOTCONN);
        unlink(testing_path(state, "control"));
        testing_write_file(testing_path(state, "control"), "no socket");
        assert_int_equal(cfgw_client_sync(client, "datastore", CFGW_FOREVER, NULL), -ENOTCONN);
        cfgw_client_unref(client);
}

static void a_stranger_is_not_asked(void **state)
{
        struct server server = {.deaf = true};

        if (geteuid() != 0)
                skip();
        /* The credentials of a listening socket are those of who called listen(2). */
        server.listener = bind_socket(state);
        assert_int_equal(setresuid(65534, 65534, 0), 0);
        assert_int_equal(listen(server.listener, 1), 0);
        assert_int_equal(setresuid(0, 0, 0), 0);
        assert_int_equal(cfgw_client_new(*state, &server.client), 0);
        server.answer = "ok 43\n";
        assert_int_equal(pthread_create(&server.thread, NULL, serve, &server), 0);
        assert_int_equal(cfgw_client_sync(server.client, "datastore", CFGW_FOREVER, NULL), -EPROTO);
        end(&server);
}

static void what_one_may_not_do_is_said(void **state)
{
        struct server server = {.deaf = true};
        cfgw_client *client;

        if (geteuid() != 0)
                skip();
        assert_int_equal(chmod(*state, 0755), 0);
        server.listener = bind_socket(state);
        assert_int_equal(listen(server.listener, 1), 0);
        assert_int_equal(chmod(testing_path(state, "control"), 0600), 0);
        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(setresuid(65534, 65534, 0), 0);
        assert_int_equal(cfgw_client_sync(client, "datastore", CFGW_FOREVER, NULL), -EACCES);
        assert_int_equal(setresuid(0, 0, 0), 0);
        cfgw_client_unref(client);
        close(server.listener);
}

static void a_path_that_is_too_long_is_said(void **state)
{
        char name[110];
        cfgw_client *client;

        memset(name, 'n', sizeof(name));
        name[sizeof(name) - 1] = '\0';
        assert_int_equal(cfgw_client_new(testing_path(state, "%s", name), &client), 0);
        assert_int_equal(cfgw_client_sync(client, "datastore", CFGW_FOREVER, NULL), -ENAMETOOLONG);
        cfgw_client_unref(client);
}

static void bad_arguments_are_refused(void **state)
{
        cfgw_client *client;
        char *json;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_sync(NULL, "datastore", 0, NULL), -EINVAL);
        assert_int_equal(cfgw_client_sync(client, NULL, 0, NULL), -EINVAL);
        assert_int_equal(cfgw_client_sync(client, "a b", 0, NULL), -EINVAL);
        assert_int_equal(cfgw_client_query_daemon(NULL, 0, &json), -EINVAL);
        assert_int_equal(cfgw_client_query_daemon(client, 0, NULL), -EINVAL);
        cfgw_client_unref(client);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_sync_gives_the_generation_in_force),
                TEST(no_generation_is_an_error),
                TEST(the_daemons_errors_are_passed_on),
                TEST(what_is_no_answer_is_refused),
                TEST(a_report_is_given_as_it_came),
                TEST(a_large_report_is_given_whole),
                TEST(an_endless_answer_is_cut_off),
                TEST(a_report_that_is_none_or_not_whole_is_an_error),
                TEST(an_answer_before_the_request_is_one),
                TEST(no_answer_ends_in_time),
                TEST(a_dripping_answer_ends_in_time),
                TEST(a_full_queue_ends_in_time),
                TEST(no_daemon_is_not_connected),
                TEST(a_stranger_is_not_asked),
                TEST(what_one_may_not_do_is_said),
                TEST(a_path_that_is_too_long_is_said),
                TEST(bad_arguments_are_refused),
        };

        return TESTING_RUN(tests);
}
