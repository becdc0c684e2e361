/* SPDX-License-Identifier: MIT */
/* Real inotify on real files: which hints come for what was done. */
#include "testing.h"

#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOMAINS 2

/* What came, for each domain. */
struct seen {
        unsigned int hints[5]; /* by enum settle_hint */
        unsigned int moved;
        unsigned int all;
};

static void take(void *userdata, size_t domain, enum settle_hint hint, bool moved)
{
        struct seen *seen = (struct seen *)userdata + domain;

        seen->hints[hint]++;
        seen->moved += moved;
        seen->all++;
}

/* inotify queues synchronously: what was done before is there without waiting. */
static void look(struct watch *watch, struct seen *seen)
{
        memset(seen, 0, DOMAINS * sizeof(*seen));
        assert_int_equal(watch_dispatch(watch), 0);
}

static void test_rename_over_the_file_is_a_rename_hint(void **state)
{
        const char *file = testing_path(state, "f"), *other = testing_path(state, "g");
        struct seen seen[DOMAINS];
        struct watch *watch;

        testing_write_file(file, "1");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        testing_write_file(other, "2");
        look(watch, seen);
        assert_int_equal(seen[0].all, 0); /* a neighbour */
        assert_int_equal(rename(other, file), 0);
        look(watch, seen);
        assert_int_equal(seen[0].hints[SETTLE_HINT_RENAME], 1);
        assert_true(seen[0].moved > 0);
        assert_int_equal(seen[0].hints[SETTLE_HINT_WEAK], 0);
        assert_int_equal(seen[1].all, 0);
        watch_free(watch);
}

static void test_close_after_writing_is_a_commit_hint(void **state)
{
        const char *file = testing_path(state, "f");
        struct seen seen[DOMAINS];
        struct watch *watch;
        int fd;

        testing_write_file(file, "1");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        fd = open(file, O_WRONLY | O_CLOEXEC);
        assert_int_equal(write(fd, "2", 1), 1);
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_WEAK] > 0);
        assert_int_equal(seen[0].hints[SETTLE_HINT_COMMIT], 0);
        close(fd);
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_COMMIT] > 0);
        assert_int_equal(seen[0].moved, 0);
        watch_free(watch);
}

static void test_own_reading_and_touching_announce_no_content(void **state)
{
        const char *file = testing_path(state, "f");
        struct seen seen[DOMAINS];
        struct watch *watch;

        testing_write_file(file, "1");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_non_null(testing_read_file(state, file));
        look(watch, seen);
        assert_int_equal(seen[0].all, 0);
        assert_int_equal(chmod(file, 0600), 0);
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_TOUCHED] > 0);
        assert_int_equal(seen[0].hints[SETTLE_HINT_TOUCHED], seen[0].all);
        watch_free(watch);
}

static void test_file_that_comes_later_is_seen_coming(void **state)
{
        const char *file = testing_path(state, "f");
        struct seen seen[DOMAINS];
        struct watch *watch;

        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        testing_write_file(file, "1");
        look(watch, seen);
        assert_true(seen[0].moved > 0);
        assert_true(seen[0].hints[SETTLE_HINT_COMMIT] > 0);
        assert_int_equal(unlink(file), 0);
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_GONE] > 0 && seen[0].moved > 0);
        watch_free(watch);
}

static void test_write_through_another_hard_link_is_seen(void **state)
{
        const char *file = testing_path(state, "f"), *link_path = testing_path(state, "d/l");
        struct seen seen[DOMAINS];
        struct watch *watch;

        assert_int_equal(mkdir(testing_path(state, "d"), 0700), 0);
        testing_write_file(file, "1");
        assert_int_equal(link(file, link_path), 0);
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        testing_write_file(link_path, "2");
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

static void test_target_of_a_symbolic_link_is_watched_in_its_directory(void **state)
{
        const char *file = testing_path(state, "d/f"), *link_path = testing_path(state, "l");
        const char *other = testing_path(state, "d/g");
        struct seen seen[DOMAINS];
        struct watch *watch;

        assert_int_equal(mkdir(testing_path(state, "d"), 0700), 0);
        testing_write_file(file, "1");
        testing_write_file(other, "2");
        assert_int_equal(symlink("d/f", link_path), 0);
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, link_path), 0);
        assert_int_equal(rename(other, file), 0);
        look(watch, seen);
        assert_int_equal(seen[0].hints[SETTLE_HINT_RENAME], 1);
        watch_free(watch);
}

static void test_domains_that_share_a_directory_do_not_disturb_each_other(void **state)
{
        const char *a = testing_path(state, "a"), *b = testing_path(state, "b");
        struct seen seen[DOMAINS];
        struct watch *watch;

        testing_write_file(a, "1");
        testing_write_file(b, "1");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, a), 0);
        assert_int_equal(watch_arm(watch, 1, b), 0);
        assert_int_equal(watch_arm(watch, 0, a), 0); /* again: the shared watch must stay */
        testing_write_file(b, "2");
        look(watch, seen);
        assert_int_equal(seen[0].all, 0);
        assert_true(seen[1].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

static void test_domains_that_share_an_inode_both_hear(void **state)
{
        const char *a = testing_path(state, "a"), *b = testing_path(state, "b");
        struct seen seen[DOMAINS];
        struct watch *watch;

        testing_write_file(a, "1");
        assert_int_equal(link(a, b), 0);
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, a), 0);
        assert_int_equal(watch_arm(watch, 1, b), 0);
        testing_write_file(a, "2");
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_COMMIT] > 0);
        assert_true(seen[1].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

static void test_old_inode_is_forgotten_after_arming_again(void **state)
{
        const char *file = testing_path(state, "f"), *away = testing_path(state, "away");
        struct seen seen[DOMAINS];
        struct watch *watch;

        testing_write_file(file, "1");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_int_equal(rename(file, away), 0);
        testing_write_file(file, "2");
        look(watch, seen);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        testing_write_file(away, "3");
        look(watch, seen);
        assert_int_equal(seen[0].all, 0);
        testing_write_file(file, "4");
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

static void test_missing_directories_are_seen_coming(void **state)
{
        const char *file = testing_path(state, "a/b/f");
        struct seen seen[DOMAINS];
        struct watch *watch;

        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_int_equal(mkdir(testing_path(state, "a"), 0700), 0);
        look(watch, seen);
        assert_true(seen[0].moved > 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_int_equal(mkdir(testing_path(state, "a/b"), 0700), 0);
        look(watch, seen);
        assert_true(seen[0].moved > 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        testing_write_file(file, "1");
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

static void test_rename_of_a_parent_is_seen(void **state)
{
        const char *file = testing_path(state, "a/b/f"), *parent = testing_path(state, "a");
        const char *other = testing_path(state, "c");
        struct seen seen[DOMAINS];
        struct watch *watch;

        assert_int_equal(mkdir(parent, 0700), 0);
        assert_int_equal(mkdir(testing_path(state, "a/b"), 0700), 0);
        testing_write_file(file, "1");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_int_equal(rename(parent, other), 0);
        look(watch, seen);
        assert_true(seen[0].moved > 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_int_equal(rename(other, parent), 0);
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_RENAME] > 0 && seen[0].moved > 0);
        watch_free(watch);
}

static void test_swap_of_a_link_to_a_directory_is_a_rename_hint(void **state)
{
        const char *file = testing_path(state, "config"); /* as Kubernetes mounts them */
        struct seen seen[DOMAINS];
        struct watch *watch;

        assert_int_equal(mkdir(testing_path(state, "one"), 0700), 0);
        assert_int_equal(mkdir(testing_path(state, "two"), 0700), 0);
        testing_write_file(testing_path(state, "one/config"), "1");
        testing_write_file(testing_path(state, "two/config"), "2");
        assert_int_equal(symlink("one", testing_path(state, "..data")), 0);
        assert_int_equal(symlink("..data/config", file), 0);
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_int_equal(symlink("two", testing_path(state, "..tmp")), 0);
        look(watch, seen);
        assert_int_equal(seen[0].all, 0);
        assert_int_equal(rename(testing_path(state, "..tmp"), testing_path(state, "..data")), 0);
        look(watch, seen);
        assert_int_equal(seen[0].hints[SETTLE_HINT_RENAME], 1);
        watch_free(watch);
}

static void test_domains_of_one_path_both_hear(void **state)
{
        const char *file = testing_path(state, "f"), *other = testing_path(state, "g");
        struct seen seen[DOMAINS];
        struct watch *watch;

        testing_write_file(file, "1");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_int_equal(watch_arm(watch, 1, file), 0);
        testing_write_file(other, "2");
        assert_int_equal(rename(other, file), 0);
        look(watch, seen);
        assert_int_equal(seen[0].hints[SETTLE_HINT_RENAME], 1);
        assert_int_equal(seen[1].hints[SETTLE_HINT_RENAME], 1);
        /* The one leads elsewhere from now on: the other hears as before. */
        assert_int_equal(watch_arm(watch, 0, other), 0);
        assert_int_equal(watch_arm(watch, 1, file), 0);
        testing_write_file(file, "3");
        look(watch, seen);
        assert_int_equal(seen[0].all, 0);
        assert_true(seen[1].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

/* The kernel drops the watch of an inode that is gone (IN_IGNORED), for both at a time. */
static void test_end_of_a_shared_inode_is_told_to_both(void **state)
{
        const char *a = testing_path(state, "a"), *b = testing_path(state, "b");
        struct seen seen[DOMAINS];
        struct watch *watch;

        testing_write_file(a, "1");
        assert_int_equal(link(a, b), 0);
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, a), 0);
        assert_int_equal(watch_arm(watch, 1, b), 0);
        assert_int_equal(unlink(a), 0);
        assert_int_equal(unlink(b), 0);
        testing_write_file(a, "2");
        look(watch, seen);
        assert_true(seen[0].moved > 0 && seen[1].moved > 0);
        /* One of the two is armed, when the other has not come to it yet. */
        assert_int_equal(watch_arm(watch, 0, a), 0);
        assert_int_equal(link(a, b), 0);
        look(watch, seen);
        assert_true(seen[1].moved > 0);
        assert_int_equal(watch_arm(watch, 1, b), 0);
        testing_write_file(a, "3");
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_COMMIT] > 0);
        assert_true(seen[1].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

static void test_end_of_a_shared_directory_is_told_to_both(void **state)
{
        const char *directory = testing_path(state, "d");
        const char *a = testing_path(state, "d/a"), *b = testing_path(state, "d/b");
        struct seen seen[DOMAINS];
        struct watch *watch;

        assert_int_equal(mkdir(directory, 0700), 0);
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, a), 0);
        assert_int_equal(watch_arm(watch, 1, b), 0);
        assert_int_equal(rmdir(directory), 0);
        assert_int_equal(mkdir(directory, 0700), 0);
        look(watch, seen);
        assert_true(seen[0].moved > 0 && seen[1].moved > 0);
        assert_int_equal(watch_arm(watch, 0, a), 0);
        assert_int_equal(watch_arm(watch, 1, b), 0);
        testing_write_file(b, "1");
        look(watch, seen);
        assert_int_equal(seen[0].all, 0);
        assert_true(seen[1].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

static void test_link_in_place_of_a_directory_is_followed(void **state)
{
        const char *directory = testing_path(state, "d"), *away = testing_path(state, "away");
        const char *file = testing_path(state, "d/f"), *target = testing_path(state, "t/f");
        struct seen seen[DOMAINS];
        struct watch *watch;

        assert_int_equal(mkdir(directory, 0700), 0);
        assert_int_equal(mkdir(testing_path(state, "t"), 0700), 0);
        testing_write_file(file, "1");
        testing_write_file(target, "2");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        assert_int_equal(rename(directory, away), 0);
        assert_int_equal(symlink("t", directory), 0);
        look(watch, seen);
        assert_true(seen[0].moved > 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        testing_write_file(testing_path(state, "away/f"), "3");
        look(watch, seen);
        assert_int_equal(seen[0].all, 0);
        testing_write_file(target, "4");
        look(watch, seen);
        assert_true(seen[0].hints[SETTLE_HINT_COMMIT] > 0);
        watch_free(watch);
}

/* Where nobody else is seen to mount, nor sees us. Once is enough for the program. */
static bool have_mounts_of_our_own(void)
{
        return unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}

static void test_mount_makes_every_domain_look(void **state)
{
        const char *directory = testing_path(state, "a"), *file = testing_path(state, "a/f");
        struct seen seen[DOMAINS];
        struct watch *watch;
        struct pollfd ready;

        assert_int_equal(mkdir(directory, 0700), 0);
        testing_write_file(file, "1");
        if (access("/proc/self/mountinfo", R_OK) < 0)
                SKIP("there is no /proc/self/mountinfo here");
        if (!have_mounts_of_our_own())
                SKIP("no mount namespace to be had here");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        ready = (struct pollfd){.fd = watch_mounts_fd(watch), .events = POLLIN};
        assert_int_equal(poll(&ready, 1, 0), 0);
        assert_int_equal(mount("none", directory, "tmpfs", 0, NULL), 0);
        assert_int_equal(poll(&ready, 1, 1000), 1);
        memset(seen, 0, sizeof(seen));
        watch_mounts_dispatch(watch);
        assert_true(seen[0].moved > 0 && seen[1].moved > 0);
        assert_int_equal(poll(&ready, 1, 0), 0); /* told once */
        assert_int_equal(umount(directory), 0);
        assert_int_equal(poll(&ready, 1, 1000), 1);
        watch_free(watch);
}

static void test_overflow_makes_every_domain_look_and_arm(void **state)
{
        const char *file = testing_path(state, "f");
        struct seen seen[DOMAINS] = {{.all = 0}};
        struct watch *watch;
        char *limit = testing_read_file(state, "/proc/sys/fs/inotify/max_queued_events");
        const char *neighbour = testing_path(state, "n");

        if (!limit)
                SKIP("there is no /proc/sys here");
        testing_write_file(file, "1");
        assert_int_equal(watch_new(DOMAINS, take, seen, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, file), 0);
        /* Two names in turn, so that the kernel does not merge equal events. */
        for (int i = 0; i < atoi(limit) + 10; i++) {
                int fd = open(i % 2 ? file : neighbour, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

                assert_true(fd >= 0);
                close(fd);
        }
        assert_int_equal(watch_dispatch(watch), 1);
        assert_true(seen[0].moved > 0);
        assert_true(seen[1].moved > 0);
        watch_free(watch);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_rename_over_the_file_is_a_rename_hint),
                TEST(test_close_after_writing_is_a_commit_hint),
                TEST(test_own_reading_and_touching_announce_no_content),
                TEST(test_file_that_comes_later_is_seen_coming),
                TEST(test_write_through_another_hard_link_is_seen),
                TEST(test_target_of_a_symbolic_link_is_watched_in_its_directory),
                TEST(test_domains_that_share_a_directory_do_not_disturb_each_other),
                TEST(test_domains_that_share_an_inode_both_hear),
                TEST(test_old_inode_is_forgotten_after_arming_again),
                TEST(test_missing_directories_are_seen_coming),
                TEST(test_rename_of_a_parent_is_seen),
                TEST(test_swap_of_a_link_to_a_directory_is_a_rename_hint),
                TEST(test_domains_of_one_path_both_hear),
                TEST(test_end_of_a_shared_inode_is_told_to_both),
                TEST(test_end_of_a_shared_directory_is_told_to_both),
                TEST(test_link_in_place_of_a_directory_is_followed),
                TEST(test_mount_makes_every_domain_look),
                TEST(test_overflow_makes_every_domain_look_and_arm),
        };

        return TESTING_RUN(tests);
}
