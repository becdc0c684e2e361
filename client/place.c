/* SPDX-License-Identifier: MIT */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define LINKS_MAX 40 /* as the kernel follows */

/* Opens the directory of @path, which starts at @from; NULL stands for that directory itself. */
static int open_parent(int from, const char *path, const char *slash)
{
        _cleanup_free_ char *parent = NULL;
        int fd;

        parent = slash ? strndup(path, MAX((size_t)(slash - path), (size_t)1)) : strdup(".");
        if (!parent)
                return -ENOMEM;
        fd = openat(from, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

static bool is_directory_name(const char *name)
{
        return !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Moves @place to where @path leads from its directory, without following the last name. */
static int step(struct place *place, const char *path)
{
        const char *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;
        int fd;

        if (is_directory_name(name))
                return -EISDIR;
        if (strlen(name) > NAME_MAX)
                return -ENAMETOOLONG;
        fd = open_parent(place->directory, path, slash);
        if (fd < 0)
                return fd;
        place_clear(place);
        place->directory = fd;
        strcpy(place->name, name);
        return 0;
}

/* 1 and the target if the place is a link, 0 if not. */
static int read_link(const struct place *place, char target[PATH_MAX])
{
        ssize_t n = readlinkat(place->directory, place->name, target, PATH_MAX);

        if (n < 0)
                return errno == EINVAL || errno == ENOENT ? 0 : -errno;
        if (n == PATH_MAX)
                return -ENAMETOOLONG;
        target[n] = '\0';
        return 1;
}

static int follow_links(struct place *place)
{
        char target[PATH_MAX];
        int r;

        for (int i = 0; i <= LINKS_MAX; i++) {
                r = read_link(place, target);
                if (r == 1)
                        r = step(place, target);
                else
                        return r;
                if (r < 0)
                        return r;
        }
        return -ELOOP;
}

int place_find(const char *path, struct place *ret)
{
        struct place place = {.directory = AT_FDCWD};
        int r;

        r = step(&place, path);
        if (r == 0)
                r = follow_links(&place);
        if (r < 0) {
                place_clear(&place);
                return r;
        }
        *ret = place;
        return 0;
}

bool place_equal(const struct place *a, const struct place *b)
{
        struct stat first, second;

        return strcmp(a->name, b->name) == 0 && fstat(a->directory, &first) == 0 &&
               fstat(b->directory, &second) == 0 && first.st_dev == second.st_dev &&
               first.st_ino == second.st_ino;
}

void place_clear(struct place *place)
{
        if (place->directory >= 0)
                close(place->directory);
        place->directory = -1;
}
