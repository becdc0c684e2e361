/* SPDX-License-Identifier: MIT */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

/* Starts the name of what is not finished; only the one daemon of a directory makes such. */
#define TEMPORARY ".tmp."

int directory_make(const char *path)
{
        _cleanup_free_ char *copy = strdup(path);
        int fd;

        if (!copy)
                return -ENOMEM;
        for (char *at = copy + 1; *at; at++) {
                if (*at != '/')
                        continue;
                *at = '\0';
                if (mkdir(copy, 0755) < 0 && errno != EEXIST && errno != EROFS)
                        return -errno;
                *at = '/';
        }
        if (mkdir(copy, 0755) < 0 && errno != EEXIST)
                return -errno;
        fd = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

int directory_check_own(int directory)
{
        struct stat stat;

        if (fstat(directory, &stat) < 0)
                return -errno;
        if (stat.st_uid != geteuid() || stat.st_mode & (S_IWGRP | S_IWOTH))
                return -EPERM;
        return 0;
}

bool directory_is_removed(int directory)
{
        struct stat stat;

        return fstat(directory, &stat) == 0 && stat.st_nlink == 0;
}

int directory_make_at(int parent, const char *name)
{
        _cleanup_close_ int fd = -1;
        int r;

        if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = directory_check_own(fd);
        return r < 0 ? r : steal_fd(&fd);
}

/* Empty, for us alone, and the only name of it: so it was nobody else's at any time. */
static bool is_prepared(int fd)
{
        struct stat stat;

        return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size == 0 &&
               (stat.st_mode & 07777) == 0600 && stat.st_nlink == 1 && stat.st_uid == geteuid();
}

/* Opens what was prepared, or makes it. An fd or -errno. */
static int open_temporary(int directory, const char *name)
{
        int fd = openat(directory, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

        if (fd >= 0 && is_prepared(fd))
                return fd;
        if (fd >= 0)
                close(fd);
        if (fd >= 0 || errno != ENOENT) /* of a writer that was killed */
                unlinkat(directory, name, 0);
        fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        return fd < 0 ? -errno : fd;
}

static int write_temporary(int directory, const char *name, const void *data, size_t size,
                           struct access access, bool durable)
{
        _cleanup_close_ int fd = open_temporary(directory, name);
        int r;

        if (fd < 0)
                return fd;
        r = write_all(fd, data, size);
        if (r < 0)
                return r;
        r = access_apply(fd, access);
        if (r < 0)
                return r;
        return durable && fsync(fd) < 0 ? -errno : 0;
}

void file_prepare(int directory, const char *name)
{
        _cleanup_free_ char *temporary = format_string(TEMPORARY "%s", name);
        int fd = temporary ? open_temporary(directory, temporary) : -1;

        if (fd >= 0)
                close(fd);
}

int file_replace(int directory, const char *name, const void *data, size_t size,
                 struct access access, bool durable)
{
        _cleanup_free_ char *temporary = format_string(TEMPORARY "%s", name);
        int r;

        if (!temporary)
                return -ENOMEM;
        r = write_temporary(directory, temporary, data, size, access, durable);
        if (r == 0 && renameat(directory, temporary, directory, name) < 0)
                r = -errno;
        if (r < 0) {
                unlinkat(directory, temporary, 0);
                return r;
        }
        return durable && fsync(directory) < 0 ? -errno : 0;
}

int files_sync(const int *files, size_t count)
{
        int r = 0;

        for (size_t i = 0; i < count; i++) {
                if (r == 0 && fsync(files[i]) < 0)
                        r = -errno;
                close(files[i]);
        }
        return r;
}

int file_read(int directory, const char *name, size_t limit, char **ret_data, size_t *ret_size)
{
        _cleanup_close_ int fd = -1;
        struct stat stat;

        fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &stat) < 0)
                return -errno;
        if (!S_ISREG(stat.st_mode))
                return -EINVAL;
        return read_all(fd, (size_t)stat.st_size, limit, ret_data, ret_size);
}

int lock_take(int directory, const char *name)
{
        _cleanup_close_ int fd = -1;

        fd = openat(directory, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return -errno;
        return steal_fd(&fd);
}

/* Whether @name is "N@suffix" with the one spelling of N that we write. */
static bool number_of(const char *name, const char *suffix, uint64_t *ret)
{
        size_t length = strlen(name), tail = strlen(suffix);
        char digits[24];

        if (length <= tail || length - tail >= sizeof(digits) ||
            strcmp(name + length - tail, suffix))
                return false;
        memcpy(digits, name, length - tail);
        digits[length - tail] = '\0';
        return digits[0] != '0' && parse_u64(digits, ret) == 0;
}

void number_name(uint64_t number, const char *suffix, char ret[NUMBER_NAME_SIZE])
{
        snprintf(ret, NUMBER_NAME_SIZE, "%" PRIu64 "%s", number, suffix);
}

int number_remove(int directory, const char *suffix, uint64_t number)
{
        char name[NUMBER_NAME_SIZE];

        number_name(number, suffix, name);
        return unlinkat(directory, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static int compare_numbers(const void *a, const void *b)
{
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

/* Opens it anew, since reading moves what all who share an open directory see. */
static DIR *entries_open(int directory)
{
        int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *entries = fd < 0 ? NULL : fdopendir(fd);

        if (!entries && fd >= 0)
                close(fd);
        return entries;
}

void temporaries_remove(int directory)
{
        DIR *entries = entries_open(directory);

        if (!entries)
                return;
        for (struct dirent *entry; (entry = readdir(entries));)
                if (strncmp(entry->d_name, TEMPORARY, strlen(TEMPORARY)) == 0)
                        unlinkat(directory, entry->d_name, 0);
        closedir(entries);
}

static int numbers_read(DIR *entries, const char *suffix, uint64_t **numbers, size_t *count)
{
        for (;;) {
                uint64_t number, *larger;
                struct dirent *entry;

                errno = 0; /* readdir(3) tells the end from an error by this alone */
                entry = readdir(entries);
                if (!entry)
                        return -errno;
                if (!number_of(entry->d_name, suffix, &number))
                        continue;
                larger = reallocarray(*numbers, *count + 1, sizeof(**numbers));
                if (!larger)
                        return -ENOMEM;
                *numbers = larger;
                larger[(*count)++] = number;
        }
}

int numbers_list(int directory, const char *suffix, uint64_t **ret, size_t *ret_count)
{
        _cleanup_free_ uint64_t *numbers = NULL;
        size_t count = 0;
        DIR *entries = entries_open(directory);
        int r;

        if (!entries)
                return -errno;
        r = numbers_read(entries, suffix, &numbers, &count);
        closedir(entries);
        if (r < 0)
                return r;
        if (count > 1)
                qsort(numbers, count, sizeof(*numbers), compare_numbers);
        *ret = STEAL(numbers);
        *ret_count = count;
        return 0;
}

int numbers_prune(int directory, const char *suffix, uint64_t first, uint64_t last)
{
        _cleanup_free_ uint64_t *numbers = NULL;
        size_t count = 0;
        int r;

        r = numbers_list(directory, suffix, &numbers, &count);
        for (size_t i = 0; r == 0 && i < count; i++)
                if (numbers[i] < first || numbers[i] > last)
                        r = number_remove(directory, suffix, numbers[i]);
        return r;
}
