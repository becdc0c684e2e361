/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>

int child_argv_new(const char *program, const char *const *arguments, char ***ret)
{
        size_t count = 0;
        char **argv;

        while (arguments[count])
                count++;
        argv = calloc(count + 3, sizeof(*argv));
        if (!argv)
                return -ENOMEM;
        argv[0] = strdup(program);
        for (size_t i = 0; i < count && argv[i]; i++)
                argv[i + 1] = strdup(arguments[i]);
        if (argv[count])
                argv[count + 1] = format_string("%d", (int)getpid());
        if (!argv[count] || !argv[count + 1]) {
                child_argv_free(argv);
                return -ENOMEM;
        }
        *ret = argv;
        return 0;
}

void child_argv_free(char **argv)
{
        for (char **argument = argv; argument && *argument; argument++)
                free(*argument);
        free(argv);
}

static int set_signals(posix_spawnattr_t *attributes)
{
        sigset_t blocked, defaults;
        int r;

        sigemptyset(&blocked);
        sigaddset(&blocked, SIGINT);
        sigaddset(&blocked, SIGHUP);
        sigaddset(&blocked, SIGTERM);
        sigfillset(&defaults);
        r = posix_spawnattr_setsigmask(attributes, &blocked);
        if (r == 0)
                r = posix_spawnattr_setsigdefault(attributes, &defaults);
        if (r == 0)
                r = posix_spawnattr_setflags(attributes,
                                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        return -r;
}

static int spawn_with(char *const *argv, int from_fd, int child_fd, pid_t *ret_pid)
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        int r;

        r = -posix_spawn_file_actions_init(&actions);
        if (r < 0)
                return r;
        r = -posix_spawnattr_init(&attributes);
        if (r < 0)
                goto actions;
        r = set_signals(&attributes);
        if (r == 0)
                r = -posix_spawn_file_actions_adddup2(&actions, from_fd, child_fd);
        if (r == 0)
                r = -posix_spawn(ret_pid, argv[0], &actions, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
actions:
        posix_spawn_file_actions_destroy(&actions);
        return r;
}

int child_start(char *const *argv, int child_fd, int *ret_fd, pid_t *ret_pid)
{
        int r, fds[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        r = spawn_with(argv, fds[1], child_fd, ret_pid);
        close(fds[1]);
        if (r < 0) {
                close(fds[0]);
                return r;
        }
        *ret_fd = fds[0];
        return 0;
}
