/* SPDX-License-Identifier: MIT */
#include "controlling.h"

#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

uid_t peer_uid;
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size);

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
        assert_int_equal(level, SOL_SOCKET);
        if (name == SO_PEERGROUPS)
                return 0; /* he is in none */
        assert_int_equal(name, SO_PEERCRED);
        assert_int_equal(*size, sizeof(struct ucred));
        *(struct ucred *)value = (struct ucred){.pid = 1, .uid = peer_uid};
        return 0;
}

int handle_sync(void *userdata, const char *domain)
{
        struct fixture *fixture = userdata;

        strcpy(fixture->domain, domain);
        fixture->asked++;
        if (fixture->answer_at_once)
                control_reply_sync(fixture->control, domain, 0, 5);
        return fixture->sync_result;
}

char *handle_status(void *userdata, bool trusted)
{
        struct fixture *fixture = userdata;
        char *report = malloc(fixture->status_size + 1);

        fixture->reports++;
        assert_non_null(report);
        memset(report, 'x', fixture->status_size);
        report[fixture->status_size] = '\0';
        return report;
}

int handle_history(void *userdata, const char *domain, size_t count, char **ret_json)
{
        struct fixture *fixture = userdata;

        strcpy(fixture->domain, domain);
        fixture->number = count;
        fixture->reports++;
        if (fixture->content_result < 0)
                return fixture->content_result;
        *ret_json = format_string("{%zu}", count);
        return 0;
}

int handle_content(void *userdata, const struct request *request, const struct peer *peer,
                   struct reply *ret)
{
        struct fixture *fixture = userdata;

        strcpy(fixture->domain, request->domain);
        fixture->number = request->number;
        fixture->peer = peer->uid;
        if (fixture->content_result < 0)
                return fixture->content_result;
        *ret = reply_of_text(strdup("ok here it is\n"));
        ret->file = open(fixture->content, O_RDONLY | O_CLOEXEC);
        assert_true(ret->text && ret->file >= 0);
        ret->file_size = (size_t)lseek(ret->file, 0, SEEK_END);
        return 0;
}

void open_control(struct fixture *fixture, void **state, struct access access)
{
        struct control_handlers handlers = {handle_sync, handle_status, handle_history,
                                            handle_content, fixture};

        memset(fixture, 0, sizeof(*fixture));
        peer_uid = 1000;
        fixture->now = START;
        fixture->status_size = 2;
        fixture->path = testing_path(state, CONTROL_SOCKET);
        assert_int_equal(
                control_new(testing_path(state, "."), &access, &handlers, &fixture->control), 0);
}

void turn(struct fixture *fixture)
{
        struct pollfd wait = {.fd = control_fd(fixture->control), .events = POLLIN};

        poll(&wait, 1, 2);
        control_dispatch(fixture->control, fixture->now);
}

int dial(struct fixture *fixture)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        strcpy(address.sun_path, fixture->path);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        return fd;
}

void say(int fd, const char *text)
{
        assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

const char *hear(struct fixture *fixture, int fd)
{
        static char text[4096];
        size_t used = 0;
        uint64_t until = testing_now() + TEST_PATIENCE_USEC;

        for (;;) {
                ssize_t n = recv(fd, text + used, sizeof(text) - 1 - used, MSG_DONTWAIT);

                if (n == 0 || (n < 0 && errno == ECONNRESET))
                        break;
                if (n > 0)
                        used += (size_t)n;
                else
                        turn(fixture);
                assert_true(testing_now() < until);
        }
        text[used] = '\0';
        return text;
}

bool has_ended(int fd)
{
        char byte;
        ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

        return n == 0 || (n < 0 && errno == ECONNRESET);
}

void expect_answer(struct fixture *fixture, const char *request, const char *answer)
{
        int fd = dial(fixture);

        say(fd, request);
        assert_string_equal(hear(fixture, fd), answer);
        close(fd);
}
