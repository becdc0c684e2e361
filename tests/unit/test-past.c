/* SPDX-License-Identifier: MIT */
/* Asking what was accepted once of a daemon that is a thread here, and may be a bad one. */
#include "testing.h"

#include "digest.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define TEXT "datastore: one\n\tpath /mnt/one\n"
#define EPOCH "9f00112233445566"
#define PATH "/etc/a\nfile" /* as odd as it may be */

/* What the daemon answers: a text, and then a content. */
struct server {
        int listener;
        const char *answer, *content;
        size_t size;  /* of the content; 0: all of it */
        bool is_open; /* the daemon does not hang up after it */
        char request[128];
        pthread_t thread;
        cfgw_client *client;
};

static void send_all(int fd, const char *data, size_t size)
{
        while (size > 0) {
                ssize_t n = send(fd, data, size, MSG_NOSIGNAL);

                if (n <= 0)
                        return;
                data += n;
                size -= (size_t)n;
        }
}

static void *serve(void *userdata)
{
        struct server *server = userdata;
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        size_t size = 0;
        ssize_t n = 1;
        char byte;

        while (n > 0 && !memchr(server->request, '\n', size)) {
                n = read(fd, server->request + size, sizeof(server->request) - 1 - size);
                size += n > 0 ? (size_t)n : 0;
        }
        send_all(fd, server->answer, strlen(server->answer));
        if (server->content)
                send_all(fd, server->content,
                         server->size > 0 ? server->size : strlen(server->content));
        while (server->is_open && read(fd, &byte, 1) > 0)
                continue;
        close(fd);
        return NULL;
}

static void start(void **state, struct server *server)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        strcpy(address.sun_path, testing_path(state, "control"));
        unlink(address.sun_path);
        assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof(address)), 0);
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

/* What a good daemon says before @text. free() it. */
static char *line_of(const char *text, const char *format)
{
        struct digest digest = digest_of(text, strlen(text));
        char hex[DIGEST_HEX_SIZE];

        hex_encode(digest.bytes, DIGEST_SIZE, hex);
        return format_string("ok %zu %s " EPOCH " 1790000000000000 %s %zu\n" PATH, strlen(text),
                             hex, format, strlen(PATH));
}

/* Asks for generation 7, for all of it or for the bytes alone. */
static int load(struct server *server, const cfgw_config **ret, char **ret_data)
{
        size_t size = 0;
        int r = cfgw_client_load_generation(server->client, "datastore", 7, CFGW_FOREVER, ret,
                                            ret_data, ret_data ? &size : NULL);

        if (r == 0 && ret_data)
                assert_int_equal(size, strlen(*ret_data));
        return r;
}

static void bytes_and_config_are_what_was_accepted(void **state)
{
        _cleanup_free_ char *line = line_of(TEXT, "section-config"), *data = NULL;
        struct server server = {.answer = line, .content = TEXT};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, &data), 0);
        end(&server);
        assert_string_equal(server.request, "content datastore 7\n");
        assert_string_equal(data, TEXT);
        assert_int_equal(cfgw_config_generation(config), 7);
        assert_true(cfgw_config_epoch(config) == UINT64_C(0x9f00112233445566));
        assert_string_equal(cfgw_config_path(config), PATH);
        assert_string_equal(cfgw_config_domain(config), "datastore");
        assert_string_equal(cfgw_section_get(cfgw_config_section(config, "one"), "path"),
                            "/mnt/one");
        cfgw_config_unref(config);
}

/* Loads @text, that came when files of the domain had this format. */
static void expect_format(void **state, const char *text, const char *name, cfgw_format expected)
{
        _cleanup_free_ char *line = line_of(text, name);
        struct server server = {.answer = line, .content = text};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, NULL), 0);
        end(&server);
        assert_int_equal(cfgw_config_format(config), expected);
        assert_string_equal(cfgw_section_get(cfgw_config_section(config, "one"), "path"),
                            "/mnt/one");
        cfgw_config_unref(config);
}

/* The format that the domain has now comes first; a content may be of the other one. */
static void either_format_is_parsed(void **state)
{
        static const char ini[] = "[datastore: one]\npath = /mnt/one\n";

        expect_format(state, ini, "ini", CFGW_FORMAT_INI);
        expect_format(state, ini, "section-config", CFGW_FORMAT_INI);
        expect_format(state, TEXT, "ini", CFGW_FORMAT_SECTION_CONFIG);
        expect_format(state, TEXT, "section-config", CFGW_FORMAT_SECTION_CONFIG);
}

static void either_may_be_left_out(void **state)
{
        _cleanup_free_ char *line = line_of(TEXT, "section-config"), *data = NULL;
        struct server server = {.answer = line, .content = TEXT};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, NULL), 0);
        end(&server);
        cfgw_config_unref(config);
        server = (struct server){.answer = line, .content = TEXT};
        start(state, &server);
        assert_int_equal(load(&server, NULL, &data), 0);
        end(&server);
        assert_string_equal(data, TEXT);
}

/* Of bytes that cannot be parsed (any more) there is no config; the bytes can be had. */
static void what_does_not_parse_has_no_config(void **state)
{
        _cleanup_free_ char *line = line_of("rubbish\n", "section-config"), *data = NULL;
        struct server server = {.answer = line, .content = "rubbish\n"};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, NULL), -EBADMSG);
        end(&server);
        server = (struct server){.answer = line, .content = "rubbish\n"};
        start(state, &server);
        assert_int_equal(load(&server, NULL, &data), 0);
        end(&server);
        assert_null(config);
        assert_string_equal(data, "rubbish\n");
}

static void an_empty_content_is_content(void **state)
{
        _cleanup_free_ char *line = line_of("", "section-config"), *data = NULL;
        struct server server = {.answer = line, .content = ""};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, &data), 0);
        end(&server);
        assert_string_equal(data, "");
        assert_int_equal(cfgw_config_section_count(config), 0);
        cfgw_config_unref(config);
}

/* What comes of a daemon that answers so, of which nothing is given out. */
static int refusal_of(void **state, const char *line, const char *content)
{
        struct server server = {.answer = line, .content = content};
        char *data = NULL;
        int r;

        start(state, &server);
        r = load(&server, NULL, &data);
        end(&server);
        assert_null(data);
        return r;
}

static void bytes_that_differ_are_refused(void **state)
{
        _cleanup_free_ char *line = line_of(TEXT, "section-config");

        assert_int_equal(refusal_of(state, line, "datastore: one\n\tpath /mnt/two\n"), -EBADMSG);
        assert_int_equal(refusal_of(state, line, "datastore: one\n\tpath /mnt/one "), -EBADMSG);
}

/* The daemon hung up in the middle: of the path, of the content, before the last byte. */
static void less_than_was_said_is_no_content(void **state)
{
        _cleanup_free_ char *line = line_of(TEXT, "section-config"),
                            *part = strndup(line, strlen(line) - 1);

        assert_int_equal(refusal_of(state, part, NULL), -EPIPE);
        assert_int_equal(refusal_of(state, line, NULL), -EPIPE);
        assert_int_equal(refusal_of(state, line, "datastore: one\n"), -EPIPE);
        assert_int_equal(refusal_of(state, line, "datastore: one\n\tpath /mnt/one"), -EPIPE);
}

static void more_than_was_said_is_no_answer(void **state)
{
        _cleanup_free_ char *line = line_of(TEXT, "section-config"), *none = line_of("", "ini");

        assert_int_equal(refusal_of(state, line, TEXT "\n"), -EPROTO);
        assert_int_equal(refusal_of(state, none, TEXT), -EPROTO);
}

static void an_error_is_that_of_the_daemon(void **state)
{
        assert_int_equal(refusal_of(state, "error EACCES no\n", NULL), -EACCES);
        assert_int_equal(refusal_of(state, "error EBADMSG damaged\n", NULL), -EBADMSG);
}

static void a_nul_byte_is_a_byte(void **state)
{
        static const char bytes[] = "a\0b";
        struct digest digest = digest_of(bytes, 3);
        char hex[DIGEST_HEX_SIZE], line[256], *data = NULL;
        struct server server = {.answer = line, .content = bytes, .size = 3};
        size_t size = 0;

        hex_encode(digest.bytes, DIGEST_SIZE, hex);
        snprintf(line, sizeof(line), "ok 3 %s " EPOCH " 1 ini 2\n/x", hex);
        start(state, &server);
        assert_int_equal(cfgw_client_load_generation(server.client, "datastore", 7, CFGW_FOREVER,
                                                     NULL, &data, &size),
                         0);
        end(&server);
        assert_int_equal(size, 3);
        assert_memory_equal(data, bytes, 4);
        free(data);
}

/* All is there but the end. */
static void an_answer_without_end_ends_in_time(void **state)
{
        _cleanup_free_ char *line = line_of(TEXT, "section-config");
        struct server server = {.answer = line, .content = TEXT, .is_open = true};
        uint64_t since = testing_now();
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(cfgw_client_load_generation(server.client, "datastore", 7, 50000, &config,
                                                     NULL, NULL),
                         -ETIMEDOUT);
        end(&server);
        assert_null(config);
        assert_true(testing_now() - since >= 50000);
}

static void lines_that_are_none_are_refused(void **state)
{
        static const char hex[] =
                "7afe86d16135a3b6d9d900efb4a76f8c2d2d0a3b3b0d3eeef683a89e3513cf2e";
        static const char *const formats[] = {
                "",
                "\n",
                "ok\n",
                "ok 30\n",
                "ok 30 %s\n",
                "ok 30 %s " EPOCH " 1 section-config\n",
                "ok 30 %s " EPOCH " 1 section-config 2",
                "ok 30 %s " EPOCH " 1 section-config x\n/x",
                "ok 30 %s " EPOCH " 1 section-config 2 \n/x",
                "ok 30 %s " EPOCH " 1 section-config 18446744073709551615\n/x",
                "ok 30 %s " EPOCH " 1 section-config 9000\n/x",
                "ok 30 %s " EPOCH " 1 toml 2\n/x",
                "ok 30 %s " EPOCH " 1  2\n/x",
                "ok x %s " EPOCH " 1 section-config 2\n/x",
                "ok -1 %s " EPOCH " 1 section-config 2\n/x",
                "ok  30 %s " EPOCH " 1 section-config 2\n/x",
                "ok 30 %s0 " EPOCH " 1 section-config 2\n/x",
                "ok 30 x%s " EPOCH " 1 section-config 2\n/x",
                "ok 30 %s " EPOCH "0 1 section-config 2\n/x",
                "ok 30 %s 9f 1 section-config 2\n/x",
                "ok 30 %s " EPOCH " x section-config 2\n/x",
                "ko 30 %s " EPOCH " 1 section-config 2\n/x",
        };

        for (size_t i = 0; i < ELEMENTS(formats); i++) {
                char line[512];

                snprintf(line, sizeof(line), formats[i], hex);
                if (refusal_of(state, line, TEXT) != -EPROTO)
                        fail_msg("was taken for an answer: %s", line);
        }
}

static void a_size_beyond_the_bound_is_refused(void **state)
{
        struct digest digest = digest_of(TEXT, strlen(TEXT));
        char hex[DIGEST_HEX_SIZE], line[256];

        hex_encode(digest.bytes, DIGEST_SIZE, hex);
        snprintf(line, sizeof(line), "ok 134217729 %s " EPOCH " 1 section-config 2\n/x", hex);
        assert_int_equal(refusal_of(state, line, TEXT), -EBADMSG);
        /* 20 digits: no number of bytes is larger. */
        snprintf(line, sizeof(line), "ok 18446744073709551615 %s " EPOCH " 1 ini 2\n/x", hex);
        assert_int_equal(refusal_of(state, line, TEXT), -EBADMSG);
}

static void arguments_are_checked(void **state)
{
        const cfgw_config *config;
        cfgw_client *client;
        char *data;
        size_t size;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
#define LOAD(...) cfgw_client_load_generation(__VA_ARGS__)
        assert_int_equal(LOAD(NULL, "d", 1, 0, &config, NULL, NULL), -EINVAL);
        assert_int_equal(LOAD(client, NULL, 1, 0, &config, NULL, NULL), -EINVAL);
        assert_int_equal(LOAD(client, "../d", 1, 0, &config, NULL, NULL), -EINVAL);
        assert_int_equal(LOAD(client, "d", 0, 0, &config, NULL, NULL), -EINVAL);
        assert_int_equal(LOAD(client, "d", 1, 0, NULL, NULL, NULL), -EINVAL);
        assert_int_equal(LOAD(client, "d", 1, 0, NULL, &data, NULL), -EINVAL);
        assert_int_equal(LOAD(client, "d", 1, 0, &config, NULL, &size), -EINVAL);
        assert_int_equal(LOAD(client, "d", 1, CFGW_FOREVER, &config, NULL, NULL), -ENOTCONN);
        assert_int_equal(cfgw_client_query_history(NULL, "d", 1, 0, &data), -EINVAL);
        assert_int_equal(cfgw_client_query_history(client, NULL, 1, 0, &data), -EINVAL);
        assert_int_equal(cfgw_client_query_history(client, "D", 1, 0, &data), -EINVAL);
        assert_int_equal(cfgw_client_query_history(client, "d", 0, 0, &data), -EINVAL);
        assert_int_equal(cfgw_client_query_history(client, "d", 1, 0, NULL), -EINVAL);
        assert_int_equal(cfgw_client_query_history(client, "d", 1, CFGW_FOREVER, &data), -ENOTCONN);
        cfgw_client_unref(client);
}

static void history_is_asked_for_within_its_bound(void **state)
{
        struct server server = {.answer = "ok\n{\"entries\":[]}\n"};
        char *json = NULL;

        start(state, &server);
        assert_int_equal(
                cfgw_client_query_history(server.client, "datastore", 5, CFGW_FOREVER, &json), 0);
        end(&server);
        assert_string_equal(server.request, "history datastore 5\n");
        assert_string_equal(json, "{\"entries\":[]}");
        free(json);
        server = (struct server){.answer = "error ENOENT no such domain\n"};
        start(state, &server);
        assert_int_equal(cfgw_client_query_history(server.client, "datastore", SIZE_MAX,
                                                   CFGW_FOREVER, &json),
                         -ENOENT);
        end(&server);
        assert_string_equal(server.request, "history datastore 1001\n");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(bytes_and_config_are_what_was_accepted),
                TEST(either_format_is_parsed),
                TEST(either_may_be_left_out),
                TEST(what_does_not_parse_has_no_config),
                TEST(an_empty_content_is_content),
                TEST(bytes_that_differ_are_refused),
                TEST(less_than_was_said_is_no_content),
                TEST(more_than_was_said_is_no_answer),
                TEST(an_error_is_that_of_the_daemon),
                TEST(a_nul_byte_is_a_byte),
                TEST(an_answer_without_end_ends_in_time),
                TEST(lines_that_are_none_are_refused),
                TEST(a_size_beyond_the_bound_is_refused),
                TEST(arguments_are_checked),
                TEST(history_is_asked_for_within_its_bound),
        };

        return TESTING_RUN(tests);
}
