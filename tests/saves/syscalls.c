/* SPDX-License-Identifier: MIT */
/*
 * Ways of saving that no common program uses, or not each time:
 *
 *   syscalls COMMAND FILE [NEW]
 *
 * NEW is a file with the content to save; in the commands that map it is as long as FILE.
 */
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#define PAUSE_MSEC 600 /* longer than a file that was written in place must rest */
#define BLOCK 1000

static int failed(const char *what)
{
        perror(what);
        exit(1);
}

static void pause_msec(long msec)
{
        struct timespec pause = {.tv_sec = msec / 1000, .tv_nsec = msec % 1000 * 1000000};

        nanosleep(&pause, NULL);
}

struct content {
        char *data;
        size_t size;
};

static struct content read_content(const char *path)
{
        struct content content = {.data = NULL};
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0 || read_all(fd, 0, 1 << 20, &content.data, &content.size) < 0)
                failed(path);
        close(fd);
        return content;
}

static int open_file(const char *path, int flags)
{
        int fd = open(path, flags | O_CLOEXEC, 0644);

        return fd < 0 ? failed(path) : fd;
}

/* ----------------------------------------------------------------- mappings */

static char *map(int fd, size_t size)
{
        char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

        if (data == MAP_FAILED)
                failed("mmap");
        return data;
}

static void map_and_unmap(const char *file, const struct content *content)
{
        int fd = open_file(file, O_RDWR);
        char *data = map(fd, content->size);

        memcpy(data, content->data, content->size);
        munmap(data, content->size);
        close(fd);
}

static void map_slowly(const char *file, const struct content *content)
{
        int fd = open_file(file, O_RDWR);
        char *data = map(fd, content->size);
        size_t half = content->size / 2;

        memcpy(data, content->data, half);
        pause_msec(PAUSE_MSEC);
        memcpy(data + half, content->data + half, content->size - half);
        munmap(data, content->size);
        close(fd);
}

/* Nobody hears of it as long as this process lives. */
static void map_and_keep(const char *file, const struct content *content)
{
        int fd = open_file(file, O_RDWR);
        char *data = map(fd, content->size);

        close(fd);
        memcpy(data, content->data, content->size);
        if (fork() > 0)
                _exit(0);
        pause();
}

/* ------------------------------------------------------------------- writes */

static void write_at(int fd, const struct content *content, size_t at, size_t size)
{
        if (pwrite(fd, content->data + at, size, (off_t)at) != (ssize_t)size)
                failed("pwrite");
}

static void backwards(const char *file, const struct content *content)
{
        int fd = open_file(file, O_WRONLY | O_TRUNC);

        for (size_t end = content->size; end > 0; end -= MIN(end, BLOCK)) {
                size_t start = end - MIN(end, BLOCK);

                write_at(fd, content, start, end - start);
                pause_msec(20);
        }
        close(fd);
}

static void preallocate(const char *file, const struct content *content)
{
        int fd = open_file(file, O_WRONLY | O_TRUNC);

        if (posix_fallocate(fd, 0, (off_t)content->size) != 0)
                failed("posix_fallocate");
        pause_msec(PAUSE_MSEC);
        write_at(fd, content, 0, content->size);
        close(fd);
}

/* The end first, then a pause, then the beginning, each by an open of its own. */
static void in_halves(const char *file, const struct content *content)
{
        size_t half = content->size / 2;
        int fd = open_file(file, O_WRONLY | O_TRUNC);

        write_at(fd, content, half, content->size - half);
        close(fd);
        pause_msec(PAUSE_MSEC);
        fd = open_file(file, O_WRONLY);
        write_at(fd, content, 0, half);
        close(fd);
}

static void append_lines(const char *file, const struct content *content)
{
        int fd = open_file(file, O_WRONLY | O_TRUNC | O_APPEND);
        const char *at = content->data, *end = at + content->size;

        while (at < end) {
                const char *next = memchr(at, '\n', (size_t)(end - at));
                size_t size = next ? (size_t)(next + 1 - at) : (size_t)(end - at);

                if (write_all(fd, at, size) < 0)
                        failed(file);
                at += size;
        }
        close(fd);
}

static void sync_each(const char *file, const struct content *content)
{
        int fd = open_file(file, O_WRONLY | O_TRUNC | O_SYNC);

        for (size_t at = 0; at < content->size; at += BLOCK)
                write_at(fd, content, at, MIN(BLOCK, content->size - at));
        close(fd);
}

/* The descriptor goes to another process, and is closed there last. */
static void pass_on(const char *file, const struct content *content)
{
        int fd = open_file(file, O_WRONLY | O_TRUNC);

        write_at(fd, content, 0, content->size / 2);
        if (fork() > 0)
                _exit(0);
        pause_msec(PAUSE_MSEC);
        write_at(fd, content, content->size / 2, content->size - content->size / 2);
        close(fd);
}

/* A writer that dies half way; somebody saves it as a whole a moment later. */
static void die_half_way(const char *file, const struct content *content)
{
        int fd = open_file(file, O_WRONLY | O_TRUNC);

        write_at(fd, content, 0, content->size / 2);
        raise(SIGKILL);
}

/* -------------------------------------------------------------------- names */

static void link_temporary(const char *file, const struct content *content)
{
        char directory[4096], link[64];
        int fd;

        snprintf(directory, sizeof(directory), "%s", file);
        *strrchr(directory, '/') = '\0';
        fd = open_file(directory, O_TMPFILE | O_WRONLY);
        if (write_all(fd, content->data, content->size) < 0)
                failed("write");
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        if (linkat(AT_FDCWD, link, AT_FDCWD, file, AT_SYMLINK_FOLLOW) < 0)
                failed("linkat");
        close(fd);
}

/* Renamed into place while it is still being written. */
static void rename_then_write(const char *file, const struct content *content)
{
        _cleanup_free_ char *temporary = format_string("%s.tmp", file);
        int fd = open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC);

        write_at(fd, content, 0, content->size / 2);
        if (rename(temporary, file) < 0)
                failed("rename");
        pause_msec(PAUSE_MSEC);
        write_at(fd, content, content->size / 2, content->size - content->size / 2);
        close(fd);
}

static void exchange(const char *file, const char *other)
{
        if (renameat2(AT_FDCWD, file, AT_FDCWD, other, RENAME_EXCHANGE) < 0)
                failed("renameat2");
}

static void bind_socket(const char *file)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", file);
        if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
                failed(file);
        close(fd);
}

static void truncate_to(const char *file, const char *size)
{
        if (truncate(file, strtol(size, NULL, 10)) < 0)
                failed(file);
}

static int with_content(const char *command, const char *file, const char *new)
{
        static const struct {
                const char *name;
                void (*save)(const char *file, const struct content *content);
        } commands[] = {
                {"map-and-unmap", map_and_unmap},
                {"map-slowly", map_slowly},
                {"map-and-keep", map_and_keep},
                {"backwards", backwards},
                {"preallocate", preallocate},
                {"in-halves", in_halves},
                {"append-lines", append_lines},
                {"sync-each", sync_each},
                {"pass-on", pass_on},
                {"die-half-way", die_half_way},
                {"link-temporary", link_temporary},
                {"rename-then-write", rename_then_write},
        };
        struct content content = read_content(new);

        for (size_t i = 0; i < ELEMENTS(commands); i++)
                if (strcmp(command, commands[i].name) == 0) {
                        commands[i].save(file, &content);
                        free(content.data);
                        return 0;
                }
        return 2;
}

int main(int argc, char **argv)
{
        if (argc == 3 && strcmp(argv[1], "socket") == 0)
                bind_socket(argv[2]);
        else if (argc == 4 && strcmp(argv[1], "exchange") == 0)
                exchange(argv[2], argv[3]);
        else if (argc == 4 && strcmp(argv[1], "truncate") == 0)
                truncate_to(argv[2], argv[3]);
        else
                return argc == 4 ? with_content(argv[1], argv[2], argv[3]) : 2;
        return 0;
}
