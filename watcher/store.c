/* SPDX-License-Identifier: MIT */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define SUFFIX ".snap"

struct store {
        int directory;
};

struct store *store_free(struct store *store)
{
        if (!store)
                return NULL;
        close_p(&store->directory);
        free(store);
        return NULL;
}

int store_open(int runtime, const char *domain, struct store **ret)
{
        _cleanup_(store_free_p) struct store *store = calloc(1, sizeof(*store));

        if (!store)
                return -ENOMEM;
        store->directory = directory_make_at(runtime, domain);
        if (store->directory < 0)
                return store->directory;
        temporaries_remove(store->directory);
        *ret = STEAL(store);
        return 0;
}

bool store_is_removed(const struct store *store)
{
        return directory_is_removed(store->directory);
}

/* Nobody writes to a snapshot, not even its owner by mistake. */
static struct access read_only(struct access access)
{
        access.mode &= (mode_t)~0222;
        return access;
}

int store_put(struct store *store, const struct snapshot *snapshot, struct access access)
{
        char name[NUMBER_NAME_SIZE];
        int r;

        number_name(snapshot_generation(snapshot), SUFFIX, name);
        r = file_replace(store->directory, name, snapshot, snapshot_size(snapshot),
                         read_only(access), false);
        return r < 0 ? r : access_apply(store->directory, access);
}

/* Whether it is there but for the time of its accept, which @snapshot takes over. */
static bool holds(struct store *store, struct snapshot *snapshot)
{
        uint64_t accepted_usec = snapshot_accepted_usec(snapshot);
        _cleanup_free_ char *data = NULL;
        const struct snapshot *found;
        char name[NUMBER_NAME_SIZE];
        size_t size;

        number_name(snapshot_generation(snapshot), SUFFIX, name);
        if (file_read(store->directory, name, snapshot_size(snapshot), &data, &size) < 0 ||
            snapshot_verify(data, size, &found) < 0 || size != snapshot_size(snapshot))
                return false;
        snapshot_stamp(snapshot, snapshot_epoch(snapshot), snapshot_generation(snapshot),
                       snapshot_accepted_usec(found));
        if (memcmp(data, snapshot, size) == 0)
                return true;
        snapshot_stamp(snapshot, snapshot_epoch(snapshot), snapshot_generation(snapshot),
                       accepted_usec);
        return false;
}

int store_restore(struct store *store, struct snapshot *snapshot, struct access access)
{
        if (holds(store, snapshot))
                return store_set_access(store, access, snapshot_generation(snapshot));
        return store_put(store, snapshot, access);
}

int store_prune(struct store *store, uint64_t newest)
{
        uint64_t oldest = newest < STORE_KEPT ? 0 : newest - STORE_KEPT + 1;

        return numbers_prune(store->directory, SUFFIX, oldest, newest);
}

int store_set_access(struct store *store, struct access access, uint64_t newest)
{
        _cleanup_close_ int fd = -1;
        char name[NUMBER_NAME_SIZE];
        int r;

        r = access_apply(store->directory, access);
        if (r < 0)
                return r;
        number_name(newest, SUFFIX, name);
        fd = openat(store->directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        return access_apply(fd, read_only(access));
}
