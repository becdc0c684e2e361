/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

/* What *state points to. The directory comes first, so that tests may print it. */
struct testing {
        char directory[64];
        int fds_before;
        size_t count;
        char *owned[512]; /* freed by the teardown */
};

int testing_begin(void)
{
        alarm(TEST_DEADLINE_SECONDS);
        setvbuf(stdout, NULL, _IOLBF, 0);
        return 0;
}

static int count_fds(void)
{
        DIR *directory = opendir("/proc/self/fd");
        int count = 0;

        if (!directory)
                return -1;
        while (readdir(directory))
                count++;
        closedir(directory);
        return count;
}

int testing_setup(void **state)
{
        struct testing *testing = calloc(1, sizeof(*testing));

        if (!testing)
                return -1;
        testing->fds_before = count_fds();
        /* Short, since sockets live in it; on disk, and not below /tmp. */
        strcpy(testing->directory, "/var/tmp/cfgwatch-test-XXXXXX");
        if (!mkdtemp(testing->directory)) {
                free(testing);
                return -1;
        }
        *state = testing;
        return 0;
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
        return remove(path);
}

int testing_teardown(void **state)
{
        struct testing *testing = *state;
        int fds, before = testing->fds_before, r = 0;

        if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD) {
                fprintf(stderr, "# a child process was left behind\n");
                r = -1;
        }
        fds = count_fds();
        if (fds != before) {
                fprintf(stderr, "# %d file descriptors were open before and %d after\n", before,
                        fds);
                r = -1;
        }
        nftw(testing->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        for (size_t i = 0; i < testing->count; i++)
                free(testing->owned[i]);
        free(testing);
        *state = NULL;
        return r;
}

static char *own(void **state, char *text)
{
        struct testing *testing = *state;

        assert_non_null(text);
        assert_true(testing->count < ELEMENTS(testing->owned));
        testing->owned[testing->count++] = text;
        return text;
}

const char *testing_path(void **state, const char *format, ...)
{
        struct testing *testing = *state;
        va_list arguments;
        char *name = NULL;
        int r;

        va_start(arguments, format);
        r = vasprintf(&name, format, arguments);
        va_end(arguments);
        assert_true(r >= 0);
        own(state, name);
        return own(state, format_string("%s/%s", testing->directory, name));
}

void testing_write_file(const char *path, const char *text)
{
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, text, strlen(text)), 0);
        close(fd);
}

char *testing_read_file(void **state, const char *path)
{
        char *data;
        size_t size;
        int r, fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return NULL;
        r = read_all(fd, 0, (size_t)128 << 20, &data, &size);
        close(fd);
        assert_int_equal(r, 0);
        return own(state, data);
}

const char *testing_data(void **state, const char *name)
{
        const char *source = getenv("CFGWATCH_SOURCE");

        return own(state, format_string("%s/tests/data/%s", source ? source : ".", name));
}

uint64_t testing_now(void)
{
        return now_usec();
}

void testing_nap(void)
{
        struct timespec nap = {.tv_nsec = 2000000};

        nanosleep(&nap, NULL);
}
