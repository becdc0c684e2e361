/* SPDX-License-Identifier: MIT */
/* Asking what was accepted once of a daemon that is a thread here, and may be a bad one. */
#include "testing.h"

#include "digest.h"
#include "util.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define TEXT "datastore: one\n\tpath /mnt/one\n"
#define EPOCH "9f00112233445566"
#define FDS_MAX 4

/* What the daemon answers: a line in two pieces, and descriptors with each. */
struct server {
        int listener;
        const char *answer;
        int fds[FDS_MAX];
        size_t count; /* of them; each goes with a byte of its own when they are `apart` */
        bool apart;
        char request[128];
        pthread_t thread;
        cfgw_client *client;
};

static void send_with(int to, const char *data, size_t size, const int *fds, size_t count)
{
        struct iovec piece = {(char *)(uintptr_t)data, size};
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
        } ancillary = {.space = {0}};
        struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};

        if (count > 0) {
                message.msg_control = &ancillary;
                message.msg_controllen = CMSG_SPACE(count * sizeof(int));
                ancillary.header.cmsg_level = SOL_SOCKET;
                ancillary.header.cmsg_type = SCM_RIGHTS;
                ancillary.header.cmsg_len = CMSG_LEN(count * sizeof(int));
                memcpy(CMSG_DATA(&ancillary.header), fds, count * sizeof(int));
        }
        sendmsg(to, &message, MSG_NOSIGNAL);
}

static void *serve(void *userdata)
{
        struct server *server = userdata;
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        size_t size = 0, length = strlen(server->answer), sent = 0;
        ssize_t n = 1;

        while (n > 0 && !memchr(server->request, '\n', size)) {
                n = read(fd, server->request + size, sizeof(server->request) - 1 - size);
                size += n > 0 ? (size_t)n : 0;
        }
        if (server->apart)
                for (; sent < server->count; sent++)
                        send_with(fd, server->answer + sent, 1, &server->fds[sent], 1);
        send_with(fd, server->answer + sent, length - sent, server->fds,
                  server->apart ? 0 : server->count);
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
        for (size_t i = 0; i < server->count; i++)
                close(server->fds[i]);
}

static int open_text(void **state, const char *text)
{
        int fd;

        testing_write_file(testing_path(state, "content"), text);
        fd = open(testing_path(state, "content"), O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        return fd;
}

/* The line of a good daemon for @text. free() it. */
static char *line_of(const char *text, const char *format)
{
        struct digest digest = digest_of(text, strlen(text));
        char hex[DIGEST_HEX_SIZE];

        hex_encode(digest.bytes, DIGEST_SIZE, hex);
        return format_string("ok %zu %s " EPOCH " 1790000000000000 %s /etc/a file\n", strlen(text),
                             hex, format);
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
        struct server server = {.answer = line, .fds = {open_text(state, TEXT)}, .count = 1};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, &data), 0);
        end(&server);
        assert_string_equal(server.request, "content datastore 7\n");
        assert_string_equal(data, TEXT);
        assert_int_equal(cfgw_config_generation(config), 7);
        assert_true(cfgw_config_epoch(config) == UINT64_C(0x9f00112233445566));
        assert_string_equal(cfgw_config_path(config), "/etc/a file");
        assert_string_equal(cfgw_config_domain(config), "datastore");
        assert_string_equal(cfgw_section_get(cfgw_config_section(config, "one"), "path"),
                            "/mnt/one");
        cfgw_config_unref(config);
}

/* Loads @text, that came when files of the domain had this format. */
static void expect_format(void **state, const char *text, const char *name, cfgw_format expected)
{
        _cleanup_free_ char *line = line_of(text, name);
        struct server server = {.answer = line, .fds = {open_text(state, text)}, .count = 1};
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
        struct server server = {.answer = line, .fds = {open_text(state, TEXT)}, .count = 1};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, NULL), 0);
        end(&server);
        cfgw_config_unref(config);
        server = (struct server){.answer = line, .fds = {open_text(state, TEXT)}, .count = 1};
        start(state, &server);
        assert_int_equal(load(&server, NULL, &data), 0);
        end(&server);
        assert_string_equal(data, TEXT);
}

/* Of bytes that cannot be parsed (any more) there is no config; the bytes can be had. */
static void what_does_not_parse_has_no_config(void **state)
{
        _cleanup_free_ char *line = line_of("rubbish\n", "section-config"), *data = NULL;
        struct server server = {.answer = line, .fds = {open_text(state, "rubbish\n")}, .count = 1};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, NULL), -EBADMSG);
        end(&server);
        server =
                (struct server){.answer = line, .fds = {open_text(state, "rubbish\n")}, .count = 1};
        start(state, &server);
        assert_int_equal(load(&server, NULL, &data), 0);
        end(&server);
        assert_null(config);
        assert_string_equal(data, "rubbish\n");
}

static void an_empty_content_is_content(void **state)
{
        _cleanup_free_ char *line = line_of("", "section-config"), *data = NULL;
        struct server server = {.answer = line, .fds = {open_text(state, "")}, .count = 1};
        const cfgw_config *config = NULL;

        start(state, &server);
        assert_int_equal(load(&server, &config, &data), 0);
        end(&server);
        assert_string_equal(data, "");
        assert_int_equal(cfgw_config_section_count(config), 0);
        cfgw_config_unref(config);
}

/* What comes of @line with these descriptors, which are closed. Nothing is given out. */
static int refusal_of(void **state, const char *line, const int *fds, size_t count, bool apart)
{
        struct server server = {.answer = line, .count = count, .apart = apart};
        char *data = NULL;
        int r;

        for (size_t i = 0; i < count; i++)
                server.fds[i] = fds[i];
        start(state, &server);
        r = load(&server, NULL, &data);
        end(&server);
        assert_null(data);
        return r;
}

static void bytes_that_differ_are_refused(void **state)
{
        static const char *const others[] = {"", "datastore: one\n\tpath /mnt/two\n", TEXT "\n",
                                             "datastore: one\n"};
        _cleanup_free_ char *line = line_of(TEXT, "section-config");

        for (size_t i = 0; i < ELEMENTS(others); i++)
                assert_int_equal(
                        refusal_of(state, line, (int[]){open_text(state, others[i])}, 1, false),
                        -EBADMSG);
}

static void what_is_no_file_is_refused(void **state)
{
        _cleanup_free_ char *line = line_of(TEXT, "section-config");
        int pipes[2];

        assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
        assert_int_equal(refusal_of(state, line, pipes, 1, false), -EPROTO);
        close(pipes[1]);
        assert_int_equal(
                refusal_of(state, line, (int[]){open(*state, O_RDONLY | O_CLOEXEC)}, 1, false),
                -EPROTO);
}

/* The teardown finds descriptors that were taken and not closed. */
static void one_descriptor_is_what_is_taken(void **state)
{
        _cleanup_free_ char *line = line_of(TEXT, "section-config");

        assert_int_equal(refusal_of(state, line, NULL, 0, false), -EPROTO);
        for (size_t count = 2; count <= FDS_MAX; count++)
                for (int apart = 0; apart <= 1; apart++) {
                        int fds[FDS_MAX];

                        for (size_t i = 0; i < count; i++)
                                fds[i] = open_text(state, TEXT);
                        assert_int_equal(refusal_of(state, line, fds, count, apart), -EPROTO);
                }
        assert_int_equal(
                refusal_of(state, "error EACCES no\n", (int[]){open_text(state, TEXT)}, 1, false),
                -EACCES);
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
                "ok 30 %s " EPOCH " 1 section-config /x",
                "ok 30 %s " EPOCH " 1 toml /x\n",
                "ok 30 %s " EPOCH " 1  /x\n",
                "ok x %s " EPOCH " 1 section-config /x\n",
                "ok -1 %s " EPOCH " 1 section-config /x\n",
                "ok  30 %s " EPOCH " 1 section-config /x\n",
                "ok 30 %s0 " EPOCH " 1 section-config /x\n",
                "ok 30 x%s " EPOCH " 1 section-config /x\n",
                "ok 30 %s " EPOCH "0 1 section-config /x\n",
                "ok 30 %s 9f 1 section-config /x\n",
                "ok 30 %s " EPOCH " x section-config /x\n",
                "ko 30 %s " EPOCH " 1 section-config /x\n",
        };

        for (size_t i = 0; i < ELEMENTS(formats); i++) {
                char line[512];

                snprintf(line, sizeof(line), formats[i], hex);
                if (refusal_of(state, line, (int[]){open_text(state, TEXT)}, 1, false) != -EPROTO)
                        fail_msg("was taken for an answer: %s", line);
        }
}

static void what_is_too_large_is_not_read(void **state)
{
        struct digest digest = digest_of(TEXT, strlen(TEXT));
        char hex[DIGEST_HEX_SIZE], line[256];

        hex_encode(digest.bytes, DIGEST_SIZE, hex);
        snprintf(line, sizeof(line), "ok 67108865 %s " EPOCH " 1 section-config /x\n", hex);
        assert_int_equal(refusal_of(state, line, (int[]){open_text(state, TEXT)}, 1, false),
                         -EBADMSG);
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
        struct server server = {.answer = "ok\n{\"entries\":[]}"};
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
        assert_string_equal(server.request, "history datastore 1000\n");
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
                TEST(what_is_no_file_is_refused),
                TEST(one_descriptor_is_what_is_taken),
                TEST(lines_that_are_none_are_refused),
                TEST(what_is_too_large_is_not_read),
                TEST(arguments_are_checked),
                TEST(history_is_asked_for_within_its_bound),
        };

        return TESTING_RUN(tests);
}
