/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "snapshot_builder.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static struct snapshot *make_snapshot(uint64_t generation)
{
        _cleanup_(snapshot_builder_free_p) struct snapshot_builder *builder = NULL;
        const struct snapshot_origin origin = {"d", "/p", {{1}}, 0, CFGW_FORMAT_SECTION_CONFIG};
        const struct snapshot_bounds bounds = {0};
        struct snapshot *snapshot;

        assert_int_equal(snapshot_builder_new(&origin, &bounds, &builder), 0);
        snapshot = snapshot_builder_finish(builder);
        snapshot_stamp(snapshot, 7, generation, 1);
        return snapshot;
}

static struct store *open_store(void **state)
{
        int runtime = directory_make(testing_path(state, "run"));
        struct store *store;

        assert_true(runtime >= 0);
        assert_int_equal(store_open(runtime, "d", &store), 0);
        close(runtime);
        return store;
}

static void put(struct store *store, uint64_t generation)
{
        _cleanup_free_ struct snapshot *snapshot = make_snapshot(generation);

        assert_int_equal(store_put(store, snapshot, access_private()), 0);
}

static void test_snapshot_is_written_whole_and_read_only(void **state)
{
        struct store *store = open_store(state);
        const struct snapshot *verified;
        struct stat stat_buffer;
        char *data;
        size_t size;
        int fd;

        put(store, 3);
        fd = open(testing_path(state, "run/d"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(file_read(fd, "3.snap", 100000, &data, &size), 0);
        close(fd);
        assert_int_equal(snapshot_verify(data, size, &verified), 0);
        assert_int_equal(snapshot_generation(verified), 3);
        assert_int_equal(snapshot_epoch(verified), 7);
        free(data);
        assert_int_equal(stat(testing_path(state, "run/d/3.snap"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0400);
        put(store, 3); /* again: replaced although it is read-only */
        store_free(store);
}

static ino_t inode_of(const char *path)
{
        struct stat stat_buffer;

        assert_int_equal(stat(path, &stat_buffer), 0);
        return stat_buffer.st_ino;
}

/* A full disk must not keep a daemon from starting again with what is there. */
static void test_restore_writes_only_what_is_not_there(void **state)
{
        const char *path = testing_path(state, "run/d/3.snap");
        struct access access = {.gid = getegid(), .mode = 0640};
        struct store *store = open_store(state);
        struct snapshot *snapshot = make_snapshot(3);
        struct stat stat_buffer;
        ino_t inode;

        put(store, 3);
        inode = inode_of(path);
        snapshot_stamp(snapshot, 7, 3, 99);
        assert_int_equal(store_restore(store, snapshot, access), 0);
        assert_int_equal(inode_of(path), inode);
        assert_int_equal(snapshot_accepted_usec(snapshot), 1); /* as the file says */
        assert_int_equal(stat(path, &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0440);

        snapshot_stamp(snapshot, 8, 3, 99);
        assert_int_equal(store_restore(store, snapshot, access), 0);
        assert_int_not_equal(inode_of(path), inode);
        assert_int_equal(snapshot_accepted_usec(snapshot), 99);
        inode = inode_of(path);

        assert_int_equal(chmod(path, 0600), 0);
        testing_write_file(path, "damaged");
        assert_int_equal(store_restore(store, snapshot, access), 0);
        assert_int_not_equal(inode_of(path), inode);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(store_restore(store, snapshot, access), 0);
        inode_of(path);
        free(snapshot);
        store_free(store);
}

static void test_prune_keeps_the_last_few_and_drops_another_sequence(void **state)
{
        struct store *store = open_store(state);

        for (uint64_t i = 1; i <= 10; i++)
                put(store, i);
        assert_int_equal(store_prune(store, 8), 0);
        for (int i = 1; i <= 10; i++) {
                const char *path = testing_path(state, "run/d/%d.snap", i);

                assert_int_equal(access(path, F_OK), i > 8 - STORE_KEPT && i <= 8 ? 0 : -1);
        }
        assert_int_equal(store_prune(store, 0), 0);
        assert_int_equal(access(testing_path(state, "run/d/8.snap"), F_OK), -1);
        store_free(store);
}

static void test_access_of_directory_and_newest_snapshot_follows(void **state)
{
        struct store *store = open_store(state);
        struct access access = {.gid = getegid(), .mode = 0640};
        struct stat stat_buffer;

        put(store, 1);
        assert_int_equal(store_set_access(store, access, 1), 0);
        assert_int_equal(stat(testing_path(state, "run/d/1.snap"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0440);
        assert_int_equal(stat(testing_path(state, "run/d"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0750);
        store_free(store);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_snapshot_is_written_whole_and_read_only),
                TEST(test_restore_writes_only_what_is_not_there),
                TEST(test_prune_keeps_the_last_few_and_drops_another_sequence),
                TEST(test_access_of_directory_and_newest_snapshot_follows),
        };

        return TESTING_RUN(tests);
}
