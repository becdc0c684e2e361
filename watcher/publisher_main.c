/* SPDX-License-Identifier: MIT */
/*
 * cfgwatch-publisher: the nanomsg PUB socket in a process of its own, started by cfgwatchd.
 *
 *     cfgwatch-publisher SOCKET GID MODE PARENT
 *
 * Takes packets from fd 3 and publishes them as they are, until the end of the stream. It
 * is a process since nanomsg 1.1 aborts for what any peer may do (send to a PUB socket, say):
 * it may die at any time and loses nothing that a new one is not told at once.
 *
 * It must die rather than hang: every error is exit status 1, and one line to the daemon,
 * which knows whether its log has it already, or to stderr if nobody is there.
 */
#include "access.h"
#include "descriptors.h"
#include "event.h"
#include "helper.h"
#include "log.h"
#include "socket_file.h"

#include <errno.h>
#include <fcntl.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

/*
 * The end does not wait for what was sent (nanomsg 1.1 has no linger): closed at once, one
 * farewell of nine was lost in a measurement, and none after 0.2 ms. And what a subscriber
 * has not taken when the connection ends is lost on his side: this is for him to wake up.
 */
#define LINGER_NSEC (50 * 1000 * 1000)

#define DESCRIPTORS_MAX 8192 /* subscribers, of some kilobytes each */

struct settings {
        const char *path;
        struct access access;
        pid_t parent;
};

static int parse_settings(int argc, char **argv, struct settings *ret)
{
        uint64_t gid, mode, parent;

        if (argc != 5 || parse_u64(argv[2], &gid) < 0 || parse_u64(argv[3], &mode) < 0 ||
            parse_u64(argv[4], &parent) < 0 || gid > UINT32_MAX || mode > 0666 ||
            parent > INT32_MAX)
                return -EINVAL;
        *ret = (struct settings){
                .path = argv[1],
                .access = {.gid = (gid_t)gid, .mode = (mode_t)mode},
                .parent = (pid_t)parent,
        };
        return 0;
}

/*
 * Never outlives the daemon. It ends by the end of the stream: a terminal's signals, which go
 * to the whole group, have been blocked by who started it, so that the farewell still goes out.
 */
static int bind_to_parent(pid_t parent)
{
        signal(SIGPIPE, SIG_IGN);
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return -errno;
        if (getppid() != parent)
                return -ESRCH; /* it died before we asked to be told */
        /* Any peer can make nanomsg abort: that must not fill a disk with core dumps. */
        prctl(PR_SET_DUMPABLE, 0);
        return 0;
}

/* nn_bind() aborts for a path that is too long, and removes whatever file is in the way. */
static int clear_path(const char *path)
{
        if (path[0] != '/' || strlen(path) > EVENT_PATH_MAX)
                return -ENAMETOOLONG;
        return socket_file_remove(path);
}

static int open_socket(const struct settings *settings, int *ret)
{
        char url[sizeof("ipc://") + EVENT_PATH_MAX];
        int r, s = nn_socket(AF_SP, NN_PUB);

        if (s < 0)
                return -nn_errno();
        snprintf(url, sizeof(url), "ipc://%s", settings->path);
        umask(0177); /* nobody else until group and mode are as wanted */
        if (nn_bind(s, url) < 0)
                return -nn_errno();
        r = access_apply_socket(settings->path, settings->access);
        if (r < 0)
                return r;
        *ret = s;
        return 0;
}

/* What nanomsg prints as it aborts would let any peer fill the log; the daemon says it once. */
static int silence_stderr(void)
{
        _cleanup_close_ int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

        return null < 0 || dup2(null, STDERR_FILENO) < 0 ? -errno : 0;
}

/*
 * Where there is no descriptor left, nanomsg tries to accept the next connection again and again:
 * that keeps a processor busy, and newcomers out. A new helper begins with nobody, and those who
 * listen come back by themselves.
 */
static int check_room(void)
{
        int fd = fcntl(HELPER_FD, F_DUPFD_CLOEXEC, 0);

        if (fd < 0)
                return -errno;
        close(fd);
        return 0;
}

static int publish(int s)
{
        char packet[EVENT_SIZE_MAX];
        ssize_t n;
        int r;

        for (;;) {
                n = recv(HELPER_FD, packet, sizeof(packet), 0);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                if (nn_send(s, packet, (size_t)n, NN_DONTWAIT) < 0 && nn_errno() != EAGAIN)
                        return -nn_errno();
                r = check_room();
                if (r < 0)
                        return r;
        }
}

static int fail(const char *what, const char *path, int error)
{
        char words[HELPER_WORDS_MAX + 1];

        snprintf(words, sizeof(words), "%s %s: %s", what, path, strerror(-error));
        if (send(HELPER_FD, words, strlen(words), MSG_NOSIGNAL) < 0)
                log_error("publisher: %s", words);
        return EXIT_FAILURE;
}

/* From here on there is a daemon to talk to. */
static int serve(const struct settings *settings)
{
        struct timespec linger = {.tv_nsec = LINGER_NSEC};
        struct socket_file file;
        int r, s = -1;

        descriptors_allow(DESCRIPTORS_MAX);
        r = clear_path(settings->path);
        if (r < 0)
                return fail("cannot use", settings->path, r);
        r = open_socket(settings, &s);
        if (r < 0)
                return fail("cannot bind", settings->path, r);
        file = socket_file_at(settings->path);
        r = silence_stderr();
        if (r < 0)
                return fail("cannot open", "/dev/null", r);
        if (send(HELPER_FD, HELPER_READY_WORD, strlen(HELPER_READY_WORD), MSG_NOSIGNAL) < 0)
                return EXIT_FAILURE; /* it has gone already */
        r = publish(s);
        nanosleep(&linger, NULL);
        /* No nn_close(): it removes whatever is at the path, be it another daemon's by now. */
        socket_file_remove_own(settings->path, file);
        return r < 0 ? fail("cannot publish on", settings->path, r) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
        struct settings settings;
        int r;

        log_set_level(LOG_INFO);
        r = parse_settings(argc, argv, &settings);
        if (r < 0)
                return fail("started by hand, not by", "cfgwatchd", r);
        r = bind_to_parent(settings.parent);
        if (r < 0)
                return fail("cannot follow", "cfgwatchd", r);
        return serve(&settings);
}
