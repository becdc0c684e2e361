/* SPDX-License-Identifier: MIT */
#include "notify.h"

#include "testing.h"
#include "util.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int listen_at(const char *name)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        assert_true(fd >= 0);
        memcpy(address.sun_path, name, strlen(name));
        if (name[0] == '@')
                address.sun_path[0] = '\0';
        assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
        assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
        return fd;
}

static void expect(int fd, const char *text)
{
        char got[256] = "";

        assert_true(recv(fd, got, sizeof(got) - 1, 0) > 0);
        assert_string_equal(got, text);
}

static void test_text_arrives_at_a_path(void **state)
{
        int fd = listen_at(testing_path(state, "notify"));
        struct notify notify;

        notify_open(&notify);
        assert_true(notify_send(&notify, "READY=1\nSTATUS=well"));
        expect(fd, "READY=1\nSTATUS=well");
        notify_close(&notify);
        close(fd);
}

static void test_text_arrives_at_an_abstract_name(void **state)
{
        char name[64];
        struct notify notify;
        int fd;

        snprintf(name, sizeof(name), "@cfgwatch-test-%d", (int)getpid());
        fd = listen_at(name);
        notify_open(&notify);
        notify_send(&notify, "WATCHDOG=1");
        expect(fd, "WATCHDOG=1");
        notify_close(&notify);
        close(fd);
}

/* It would hang here, and the alarm would end it, if sending waited. */
static void test_manager_who_does_not_read_is_not_waited_for(void **state)
{
        int fd = listen_at(testing_path(state, "notify"));
        struct notify notify;
        char drop[64];
        int taken = 0;

        notify_open(&notify);
        for (int i = 0; i < 10000; i++)
                taken += notify_send(&notify, "WATCHDOG=1");
        assert_in_range(taken, 1, 9999);
        while (recv(fd, drop, sizeof(drop), 0) > 0)
                taken--;
        assert_int_equal(taken, 0);
        assert_true(notify_send(&notify, "STATUS=again"));
        expect(fd, "STATUS=again");
        notify_close(&notify);
        close(fd);
}

static void test_no_manager_or_a_wrong_name_is_silence(void **state)
{
        static const char *const names[] = {"", "/", "relative", "/nonexistent/socket"};
        char name[256];
        struct notify notify;

        unsetenv("NOTIFY_SOCKET");
        notify_open(&notify);
        assert_int_equal(notify.fd, -1);
        assert_true(notify_send(&notify, "READY=1"));
        notify_close(&notify);
        memset(name, 'x', sizeof(name));
        name[0] = '/';
        name[sizeof(name) - 1] = '\0';
        for (size_t i = 0; i <= ELEMENTS(names); i++) {
                setenv("NOTIFY_SOCKET", i < ELEMENTS(names) ? names[i] : name, 1);
                notify_open(&notify);
                notify_send(&notify, "READY=1");
                notify_close(&notify);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_text_arrives_at_a_path),
                TEST(test_text_arrives_at_an_abstract_name),
                TEST(test_manager_who_does_not_read_is_not_waited_for),
                TEST(test_no_manager_or_a_wrong_name_is_silence),
        };

        return TESTING_RUN(tests);
}
