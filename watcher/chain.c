/* SPDX-License-Identifier: MIT */
#include "chain.h"

#include "util.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

struct chain {
        char *directory; /* where we are: absolute, no links in it */
        char *rest;      /* what is still to be walked, from there */
        unsigned int links;
};

static void chain_clear(struct chain *chain)
{
        free(chain->directory);
        free(chain->rest);
}

static int replace(char **target, char *text)
{
        if (!text)
                return -ENOMEM;
        free(*target);
        *target = text;
        return 0;
}

/* The path of @name in the directory where we are. */
static char *join(const struct chain *chain, const char *name)
{
        return format_string("%s/%s", strcmp(chain->directory, "/") ? chain->directory : "", name);
}

static int go_up(struct chain *chain)
{
        char *slash = strrchr(chain->directory, '/');

        slash[slash == chain->directory] = '\0'; /* the parent of "/" is "/" */
        return 0;
}

static int follow_link(struct chain *chain, const char *path)
{
        char target[PATH_MAX];
        ssize_t size;

        if (++chain->links > CHAIN_LINKS_MAX)
                return -ELOOP;
        size = readlink(path, target, sizeof(target) - 1);
        if (size < 0)
                return -errno;
        target[size] = '\0';
        if (target[0] == '/' && replace(&chain->directory, strdup("/")) < 0)
                return -ENOMEM;
        return replace(&chain->rest, format_string("%s/%s", target, chain->rest));
}

static bool is_end(const char *rest)
{
        return rest[strspn(rest, "/")] == '\0';
}

static int walk_name(struct chain *chain, const char *name, chain_step_fn step, void *userdata)
{
        _cleanup_free_ char *path = join(chain, name);
        bool last = is_end(chain->rest);
        struct stat stat;
        int r;

        if (!path)
                return -ENOMEM;
        r = step(userdata, chain->directory, name, last);
        if (r != 0)
                return r;
        if (lstat(path, &stat) < 0)
                return -errno;
        if (S_ISLNK(stat.st_mode))
                return follow_link(chain, path);
        if (last)
                return 0;
        if (!S_ISDIR(stat.st_mode))
                return -ENOTDIR;
        return replace(&chain->directory, STEAL(path));
}

/* Cuts the next name off the rest. */
static int next_name(struct chain *chain, char **ret)
{
        const char *start = chain->rest + strspn(chain->rest, "/");
        size_t size = strcspn(start, "/");
        char *name = strndup(start, size), *rest = strdup(start + size);

        if (!name || !rest) {
                free(name);
                free(rest);
                return -ENOMEM;
        }
        free(chain->rest);
        chain->rest = rest;
        *ret = name;
        return 0;
}

int chain_walk(const char *path, chain_step_fn step, void *userdata)
{
        _cleanup_(chain_clear) struct chain chain = {strdup("/"), strdup(path), 0};
        int r = 0;

        if (!chain.directory || !chain.rest)
                return -ENOMEM;
        while (r == 0 && !is_end(chain.rest)) {
                _cleanup_free_ char *name = NULL;

                r = next_name(&chain, &name);
                if (r < 0)
                        return r;
                if (strcmp(name, "..") == 0)
                        r = go_up(&chain);
                else if (strcmp(name, ".") != 0)
                        r = walk_name(&chain, name, step, userdata);
        }
        return r;
}
