/* SPDX-License-Identifier: MIT */
#include "fake_publisher.h"

#include "child.h"
#include "helper.h"
#include "testing.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct fake_publisher fake_publisher_start(const char *directory)
{
        const char *build = getenv("CFGWATCH_BUILD");
        _cleanup_free_ char *program = format_string("%s/cfgwatch-publisher", build ? build : ".");
        _cleanup_free_ char *path = format_string("%s/" EVENT_SOCKET, directory);
        _cleanup_free_ char *group = format_string("%u", (unsigned int)getegid());
        const char *arguments[] = {path, group, "384", NULL}; /* 0600 */
        struct fake_publisher publisher;
        char words[HELPER_WORDS_MAX], **argv;
        ssize_t n;

        assert_int_equal(child_argv_new(program, arguments, &argv), 0);
        assert_int_equal(child_start(argv, HELPER_FD, &publisher.fd, &publisher.pid), 0);
        child_argv_free(argv);
        WAIT_FOR((n = recv(publisher.fd, words, sizeof(words), MSG_DONTWAIT)) >= 0);
        assert_int_equal(n, strlen(HELPER_READY_WORD));
        assert_memory_equal(words, HELPER_READY_WORD, (size_t)n);
        return publisher;
}

void fake_publisher_send(const struct fake_publisher *publisher, const char *text)
{
        assert_int_equal(send(publisher->fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

void fake_publisher_say(const struct fake_publisher *publisher, const char *domain,
                        enum message_kind kind, uint64_t generation)
{
        struct message message = {
                .kind = kind, .state = CFGW_STATE_VALID, .generation = generation, .epoch = 0x9f};
        char line[EVENT_SIZE_MAX + 1];

        strcpy(message.domain, domain);
        message_encode(&message, line);
        fake_publisher_send(publisher, line);
}

void fake_publisher_stop(struct fake_publisher *publisher)
{
        close(publisher->fd);
        assert_int_equal(waitpid(publisher->pid, NULL, 0), publisher->pid);
}

void fake_publisher_kill(struct fake_publisher *publisher)
{
        kill(publisher->pid, SIGKILL);
        fake_publisher_stop(publisher);
}
