/* SPDX-License-Identifier: MIT */
#include "process.h"

#include "testing.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define SCREEN_MAX 65536 /* what an editor paints before it takes keys */

void process_adopt_orphans(void)
{
        assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
}

/* In the child, between fork and exec: only what is safe there. */
static void become(const char *const argv[], int input, int output)
{
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        /* A shell starts what runs in the background with these ignored, nohup(1) the last. */
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        dup2(input, STDIN_FILENO);
        if (output >= 0) {
                dup2(output, STDOUT_FILENO);
                dup2(output, STDERR_FILENO);
        }
        execvp(argv[0], (char *const *)argv);
        _exit(127);
}

pid_t process_start(const char *const argv[], const char *log)
{
        int input = open("/dev/null", O_RDONLY | O_CLOEXEC), output = -1;
        pid_t pid;

        if (log) {
                output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
                assert_true(output >= 0);
        }
        pid = fork();
        if (pid == 0) {
                setpgid(0, 0);
                become(argv, input, output);
        }
        close(input);
        if (output >= 0)
                close(output);
        assert_true(pid > 0);
        return pid;
}

static int exit_status(int status)
{
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int process_wait(pid_t pid, uint64_t timeout_usec)
{
        uint64_t until = usec_add(testing_now(), timeout_usec);
        pid_t ended;
        int status;

        while ((ended = waitpid(pid, &status, WNOHANG)) == 0) {
                if (testing_now() > until)
                        fail_msg("process %d did not end in time", (int)pid);
                testing_nap();
        }
        assert_int_equal(ended, pid);
        return exit_status(status);
}

int process_is_running(pid_t pid)
{
        siginfo_t info = {.si_pid = 0};

        return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               info.si_pid == 0;
}

int process_shell(const char *command, const char *log)
{
        const char *const argv[] = {"/bin/sh", "-c", command, NULL};

        return process_wait(process_start(argv, log), TEST_PATIENCE_USEC);
}

/* ----------------------------------------------------------------- terminal */

#define SLAVE_MAX 64 /* "/dev/pts/" and a number */

/* The master side, and the name of the other one. */
static int open_terminal(char slave[SLAVE_MAX])
{
        const struct winsize size = {.ws_row = 24, .ws_col = 80};
        _cleanup_close_ int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

        if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0 || ioctl(fd, TIOCSWINSZ, &size) < 0)
                return -ENODEV;
        if (ptsname_r(fd, slave, SLAVE_MAX) != 0 || access(slave, R_OK | W_OK) < 0)
                return -ENODEV;
        return steal_fd(&fd);
}

bool process_has_terminals(void)
{
        char slave[SLAVE_MAX];
        _cleanup_close_ int fd = open_terminal(slave);

        return fd >= 0;
}

static pid_t start_on_terminal(const char *const argv[], const char *slave)
{
        pid_t pid = fork();
        int fd;

        assert_true(pid >= 0);
        if (pid > 0)
                return pid;
        setsid();
        fd = open(slave, O_RDWR); /* becomes the controlling terminal */
        if (fd < 0)
                _exit(126);
        become(argv, fd, fd);
        return -1;
}

/* Reads what is painted until @prompt (NULL: until the program ends). */
static void watch_screen(int fd, const char *prompt)
{
        uint64_t until = testing_now() + TEST_PATIENCE_USEC;
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        _cleanup_free_ char *screen = calloc(1, SCREEN_MAX);
        size_t size = 0;
        ssize_t n;

        assert_non_null(screen);
        while (!prompt || !memmem(screen, size, prompt, strlen(prompt))) {
                if (testing_now() > until)
                        fail_msg("waited in vain for %s on the screen: %.*s",
                                 prompt ? prompt : "the end", (int)size, screen);
                if (poll(&ready, 1, 100) <= 0)
                        continue;
                if (!prompt || size == SCREEN_MAX)
                        size = 0;
                n = read(fd, screen + size, SCREEN_MAX - size);
                if (n <= 0) /* EIO: nobody has the terminal open any more */
                        break;
                size += (size_t)n;
        }
}

int process_converse(const char *const argv[], const struct process_turn *turns, size_t count)
{
        char slave[SLAVE_MAX];
        _cleanup_close_ int fd = open_terminal(slave);
        pid_t pid;

        assert_true(fd >= 0);
        pid = start_on_terminal(argv, slave);
        for (size_t i = 0; i < count; i++) {
                watch_screen(fd, turns[i].prompt);
                assert_int_equal(write_all(fd, turns[i].keys, strlen(turns[i].keys)), 0);
        }
        watch_screen(fd, NULL);
        return process_wait(pid, TEST_PATIENCE_USEC);
}

int process_type(const char *const argv[], const char *prompt, const char *keys)
{
        const struct process_turn turn = {prompt, keys};

        return process_converse(argv, &turn, 1);
}

/* ------------------------------------------------------------------ the end */

static pid_t parent_of(pid_t pid)
{
        char path[64], text[512] = "", *end;
        int fd, parent = 0;

        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return 0;
        if (read(fd, text, sizeof(text) - 1) > 0) {
                end = strrchr(text, ')'); /* the name before it may hold anything */
                if (end)
                        sscanf(end, ") %*c %d", &parent);
        }
        close(fd);
        return parent;
}

static void kill_children(void)
{
        DIR *proc = opendir("/proc");
        struct dirent *entry;
        pid_t self = getpid(), pid;

        while (proc && (entry = readdir(proc))) {
                pid = (pid_t)strtol(entry->d_name, NULL, 10);
                if (pid > 0 && parent_of(pid) == self)
                        kill(pid, SIGKILL);
        }
        if (proc)
                closedir(proc);
}

void process_kill_all(void)
{
        /* Each round makes the next generation of children ours. */
        for (;;) {
                kill_children();
                while (waitpid(-1, NULL, WNOHANG) > 0)
                        ;
                if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
                        return;
                testing_nap();
        }
}
