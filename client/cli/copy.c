/* SPDX-License-Identifier: MIT */
/*
 * The private copy that an editor works on.
 *
 * It lies in a directory of its own that nobody else may enter, so that what the editor puts
 * beside it (swap files, backups, its own temporary files) is as private, and is found in one
 * place if it is needed after an accident. Not in /tmp: it outlives a reboot, and vim makes no
 * backup there. The name is that of the file, by which editors choose their mode.
 *
 * It is found by its path each time, since most editors save by a rename.
 */
#include "edit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_DIRECTORY "/var/tmp"

static const char *parent_directory(void)
{
        const char *directory = getenv("TMPDIR");
        struct stat stat_;

        if (directory && *directory == '/' && stat(directory, &stat_) == 0 &&
            S_ISDIR(stat_.st_mode))
                return directory;
        return DEFAULT_DIRECTORY;
}

static int write_whole(const char *path, const struct text *text)
{
        int r = 0, fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        if (fd < 0)
                return -errno;
        for (size_t done = 0; done < text->size && r == 0;) {
                ssize_t n = write(fd, text->data + done, text->size - done);

                if (n > 0)
                        done += (size_t)n;
                else if (n == 0 || errno != EINTR)
                        r = n == 0 ? -EIO : -errno;
        }
        if (close(fd) < 0 && r == 0)
                r = -errno;
        return r;
}

int copy_make(const char *path, const struct text *text, struct copy *ret)
{
        struct copy copy = {0};
        const char *slash = strrchr(path, '/');
        int r;

        if (asprintf(&copy.directory, "%s/cfgwatch-edit-XXXXXX", parent_directory()) < 0)
                return -ENOMEM;
        if (!mkdtemp(copy.directory)) {
                r = -errno;
                free(copy.directory);
                return r;
        }
        if (asprintf(&copy.path, "%s/%s", copy.directory, slash ? slash + 1 : path) < 0)
                r = -ENOMEM;
        else
                r = write_whole(copy.path, text);
        if (r < 0) {
                copy_remove(&copy);
                copy_done(&copy);
                return r;
        }
        *ret = copy;
        return 0;
}

/* Calls @each for the names in the directory; ends at the first that returns false. */
static bool for_each_name(const struct copy *copy,
                          bool (*each)(const struct copy *copy, int fd, const char *name))
{
        DIR *directory = opendir(copy->directory);
        struct dirent *entry;
        bool all = true;

        while (directory && all && (entry = readdir(directory)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        all = each(copy, dirfd(directory), entry->d_name);
        if (directory)
                closedir(directory);
        return all;
}

static bool is_the_copy(const struct copy *copy, int fd, const char *name)
{
        return strcmp(name, strrchr(copy->path, '/') + 1) == 0;
}

bool copy_is_alone(const struct copy *copy)
{
        return for_each_name(copy, is_the_copy);
}

static bool remove_name(const struct copy *copy, int fd, const char *name)
{
        unlinkat(fd, name, 0);
        return true;
}

void copy_remove(struct copy *copy)
{
        for_each_name(copy, remove_name);
        if (rmdir(copy->directory) < 0)
                complain("cannot remove %s: %s", copy->directory, strerror(errno));
}

void copy_done(struct copy *copy)
{
        free(copy->directory);
        free(copy->path);
        *copy = (struct copy){0};
}
