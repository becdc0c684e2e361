/* SPDX-License-Identifier: MIT */
/*
 * Runs the user's editor, and waits for it.
 *
 * It stays in our process group, and so has the terminal as we have it: what the keyboard sends
 * (interrupt, quit, suspend, hang-up) reaches both of us from the kernel. While the editor runs,
 * an interrupt from the keyboard is the editor's own business, as in system(3). A signal by
 * which somebody ends this program must reach the editor as well, or it would be left fighting
 * with the shell for the terminal: it is passed on, unless the editor ends by itself within a
 * moment, since who signals us (a shell that hangs up, a service manager) often signals both, and
 * vim gives up its rescue when a second signal comes. An editor that suspends itself alone takes
 * us with it, so that the shell gets the terminal back.
 */
#include "edit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ENDING_NSEC 500000000L  /* for an editor that was signalled as well to save what it has */
#define STOPPING_NSEC 20000000L /* from the first to the last process that a signal reaches */
#define PATIENCE 4              /* ENDINGs that one gets that was passed a signal */

/* Editors that take "+LINE"; there is no other way to tell an editor where to begin. */
static const char *const with_line[] = {"vi",    "vim",  "nvi", "nvim", "elvis",
                                        "emacs", "nano", "joe", "mg",   "mcedit"};

const char *editor_command(void)
{
        static const char *const variables[] = {"VISUAL", "EDITOR"};

        for (size_t i = 0; i < 2; i++) {
                const char *value = getenv(variables[i]);

                if (value && value[strspn(value, " \t\n")])
                        return value;
        }
        return "vi";
}

/* Whether the program that the command line begins with takes "+LINE". */
static bool takes_line(const char *command)
{
        size_t length;

        command += strspn(command, " \t");
        length = strcspn(command, " \t");
        for (size_t i = length; i > 0; i--) {
                if (command[i - 1] != '/')
                        continue;
                command += i;
                length -= i;
                break;
        }
        for (size_t i = 0; i < sizeof(with_line) / sizeof(with_line[0]); i++)
                if (strlen(with_line[i]) == length && strncmp(command, with_line[i], length) == 0)
                        return true;
        return false;
}

/*
 * Signals reach the editor, and its stop us, only if no shell stays in between. What may be more
 * than one simple command must be left to the shell; and ":", which is a part of it.
 */
static const char *shell_prefix(const char *command)
{
        return strpbrk(command, ";&|()<>=!:\n") ? "" : "exec ";
}

/* In the child. */
static _Noreturn void become_editor(const char *path, uint32_t line, const sigset_t *mask)
{
        const char *command = editor_command(), *arguments[7] = {"sh", "-c"};
        char *script = NULL, at[16];
        size_t count = 4;

        if (asprintf(&script, "%s%s \"$@\"", shell_prefix(command), command) < 0)
                _exit(127);
        snprintf(at, sizeof(at), "+%u", line);
        arguments[2] = script;
        arguments[3] = command;
        if (line > 0 && takes_line(command))
                arguments[count++] = at;
        arguments[count] = path;
        rescue_end();
        sigprocmask(SIG_SETMASK, mask, NULL);
        execv("/bin/sh", (char *const *)arguments);
        _exit(127);
}

static bool is_stopped(pid_t pid)
{
        siginfo_t info = {.si_pid = 0};

        return waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
               info.si_pid == pid;
}

/* One who stopped the whole group has stopped us as well, and it is over by now. */
static void stop_with(pid_t pid)
{
        const struct timespec moment = {.tv_nsec = STOPPING_NSEC};

        if (!is_stopped(pid))
                return;
        nanosleep(&moment, NULL);
        if (!is_stopped(pid))
                return;
        raise(SIGSTOP);
        kill(pid, SIGCONT);
}

/* Whether it has ended. */
static bool has_ended(pid_t pid, struct editor_end *end)
{
        int status;

        stop_with(pid);
        if (waitpid(pid, &status, WNOHANG) != pid)
                return false;
        end->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return true;
}

/* The kernel sends what comes from the keyboard. */
static bool is_for_editor(const siginfo_t *info)
{
        return info->si_code > 0 && (info->si_signo == SIGINT || info->si_signo == SIGQUIT);
}

/* Until it has ended, or does not although it was told to. */
static void await_end(pid_t pid, const sigset_t *signals, struct editor_end *end)
{
        const struct timespec moment = {.tv_nsec = ENDING_NSEC};
        siginfo_t info;

        for (int moments = 0; moments <= PATIENCE;) {
                int number = sigtimedwait(signals, &info, end->signal ? &moment : NULL);

                if (has_ended(pid, end))
                        return;
                if (number < 0 && errno == EAGAIN) {
                        if (moments++ == 0)
                                kill(pid, end->signal);
                } else if (number > 0 && number != SIGCHLD && !is_for_editor(&info)) {
                        end->signal = number;
                }
        }
        end->status = 128 + end->signal;
}

int editor_run(const char *path, uint32_t line, struct editor_end *ret)
{
        struct editor_end end = {0};
        sigset_t signals, before;
        int r = 0;
        pid_t pid;

        signal(SIGCHLD, SIG_DFL); /* whoever started us may have ignored it */
        rescue_signals(&signals);
        sigaddset(&signals, SIGCHLD);
        sigprocmask(SIG_BLOCK, &signals, &before);
        pid = fork();
        if (pid == 0)
                become_editor(path, line, &before);
        if (pid > 0)
                await_end(pid, &signals, &end);
        else
                r = -errno;
        sigprocmask(SIG_SETMASK, &before, NULL);
        if (r == 0)
                *ret = end;
        return r;
}
