/* SPDX-License-Identifier: MIT */
#include "snapshot_file.h"

#include "trust.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* The largest source file, made of as many of the shortest lines as are taken, is half of it. */
#define SNAPSHOT_SIZE_MAX ((off_t)1 << 30)

static int open_file(const char *runtime_directory, const char *domain, uint64_t generation,
                     int *ret_fd, struct stat *ret_stat)
{
        _cleanup_close_ int directory = -1, subdirectory = -1;
        char name[32];
        uid_t owner;
        int r;

        r = trust_open_directory(runtime_directory, &directory, &owner);
        if (r < 0)
                return r;
        r = trust_open_subdirectory(directory, domain, owner, &subdirectory);
        if (r < 0)
                return r;
        snprintf(name, sizeof(name), "%" PRIu64 ".snap", generation);
        return trust_open_file(subdirectory, name, owner, ret_fd, ret_stat);
}

static int map_file(int fd, size_t size, const cfgw_config **ret)
{
        void *map;
        int r;

        /* Without MAP_POPULATE: it takes longer than the faults of the check that follows. */
        map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED)
                return -errno;
        r = config_new_from_map(map, size, ret);
        if (r < 0)
                munmap(map, size);
        return r;
}

/* Whether the file's content is what its name and the board say. */
static bool is_named(const cfgw_config *config, const char *domain, const struct board_entry *entry)
{
        const struct snapshot *snapshot = config_snapshot(config);
        struct digest digest = snapshot_digest(snapshot);

        return snapshot_generation(snapshot) == entry->generation &&
               snapshot_epoch(snapshot) == entry->epoch &&
               strcmp(snapshot_domain(snapshot), domain) == 0 &&
               digest_equal(&digest, &entry->digest);
}

int snapshot_file_open(const char *runtime_directory, const char *domain,
                       const struct board_entry *entry, const cfgw_config **ret)
{
        _cleanup_(cfgw_config_unref_p) const cfgw_config *config = NULL;
        _cleanup_close_ int fd = -1;
        struct stat stat;
        int r;

        r = open_file(runtime_directory, domain, entry->generation, &fd, &stat);
        if (r < 0)
                return r;
        if (stat.st_size <= 0 || stat.st_size > SNAPSHOT_SIZE_MAX)
                return -EBADMSG;
        r = map_file(fd, (size_t)stat.st_size, &config);
        if (r < 0)
                return r;
        if (!is_named(config, domain, entry))
                return -EBADMSG;
        *ret = STEAL(config);
        return 0;
}
