/* SPDX-License-Identifier: MIT */
/*
 * Many domains on one watch: an event concerns those alone whose path it is on, arming one
 * costs nothing for the others, and where memory is lacking no watch is lost and none is left
 * behind. The allocator's fake enters by the linker's --wrap.
 */
#include "instrumented.h"
#include "testing.h"

#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOMAINS 4096 /* as many as a daemon takes */
#define EDITED 97    /* each so-many-th file, so that all lengths of names are among them */

/* ----------------------------------------------------------- lack of memory */

static unsigned int allocations_left; /* the one that finds 0 fails */
static bool refusing;

static bool refuse(void)
{
        return refusing && allocations_left-- == 0;
}

void *__real_malloc(size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);

void *__wrap_malloc(size_t size)
{
        return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
        return refuse() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
        return refuse() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
        return refuse() ? NULL : __real_strndup(text, size);
}

/* -------------------------------------------------------------------- hints */

struct seen {
        unsigned int commits, renames, moved, all;
};

static struct seen seen[DOMAINS];

static void take(void *userdata, size_t domain, enum settle_hint hint, bool moved)
{
        seen[domain].commits += hint == SETTLE_HINT_COMMIT;
        seen[domain].renames += hint == SETTLE_HINT_RENAME;
        seen[domain].moved += moved;
        seen[domain].all++;
}

static int look(struct watch *watch)
{
        memset(seen, 0, sizeof(seen));
        return watch_dispatch(watch);
}

static void assert_heard_by_alone(size_t domain)
{
        for (size_t i = 0; i < DOMAINS; i++)
                if ((seen[i].all > 0) != (i == domain))
                        fail_msg("%u hints for domain %zu, at an edit of %zu", seen[i].all, i,
                                 domain);
}

static char paths[DOMAINS][512];

/* "1" is the beginning of "10" and of "1.tmp". */
static void make_files(void **state)
{
        const char *directory = testing_path(state, "%s", "");

        for (size_t i = 0; i < DOMAINS; i++) {
                snprintf(paths[i], sizeof(paths[i]), "%s%zu", directory, i);
                testing_write_file(paths[i], "1");
        }
}

/* As many as the kernel grants us watches for, or all. */
static size_t arm_all(struct watch *watch)
{
        for (size_t i = 0; i < DOMAINS; i++) {
                int r = watch_arm(watch, i, paths[i]);

                if (r == -ENOSPC)
                        return i;
                assert_int_equal(r, 0);
        }
        return DOMAINS;
}

static struct watch *watch_all(void **state)
{
        struct watch *watch;

        make_files(state);
        assert_int_equal(watch_new(DOMAINS, take, NULL, &watch), 0);
        if (arm_all(watch) < DOMAINS) {
                watch_free(watch);
                SKIP("the limit of inotify's watches is too low here");
        }
        return watch;
}

static void replace(const char *path)
{
        char temporary[600];

        snprintf(temporary, sizeof(temporary), "%s.new", path);
        testing_write_file(temporary, "2");
        assert_int_equal(rename(temporary, path), 0);
}

/* -------------------------------------------------------------------- tests */

static void test_edit_in_a_crowded_directory_concerns_one_domain(void **state)
{
        struct watch *watch = watch_all(state);

        for (size_t i = 0; i < DOMAINS; i += EDITED) {
                testing_write_file(paths[i], "2");
                assert_int_equal(look(watch), 0);
                assert_heard_by_alone(i);
                assert_true(seen[i].commits > 0 && seen[i].moved == 0);

                replace(paths[i]);
                assert_int_equal(look(watch), 0);
                assert_heard_by_alone(i);
                assert_true(seen[i].renames == 1 && seen[i].moved > 0);
                assert_int_equal(watch_arm(watch, i, paths[i]), 0);
        }
        testing_write_file(testing_path(state, "1.tmp"), "2");
        testing_write_file(paths[0], "2");
        assert_int_equal(look(watch), 0);
        assert_heard_by_alone(0);
        watch_free(watch);
}

static void test_overflow_makes_every_one_look(void **state)
{
        char *limit = testing_read_file(state, "/proc/sys/fs/inotify/max_queued_events");
        struct watch *watch;

        if (!limit)
                SKIP("there is no /proc/sys here");
        watch = watch_all(state);
        /* Two names in turn, so that the kernel does not merge equal events. */
        for (int i = 0; i < atoi(limit) + 10; i++)
                close(open(paths[i % 2], O_WRONLY | O_CLOEXEC));
        assert_int_equal(look(watch), 1);
        for (size_t i = 0; i < DOMAINS; i++)
                assert_true(seen[i].moved > 0);
        assert_int_equal(arm_all(watch), DOMAINS);
        testing_write_file(paths[DOMAINS - 1], "2");
        assert_int_equal(look(watch), 0);
        assert_heard_by_alone(DOMAINS - 1);
        watch_free(watch);
}

/* ----------------------------------------------------------------- arming */

#define ROUNDS 20
#define ARMINGS 50 /* a round */
#define RATIO_MAX 2

/* The shortest of several rounds is what nothing else got in the way of. */
static uint64_t time_round(struct watch *watch, const char *path, bool replaced)
{
        uint64_t took = 0;

        for (int i = 0; i < ARMINGS; i++) {
                uint64_t began;

                if (replaced)
                        replace(path);
                began = testing_now();
                assert_int_equal(watch_arm(watch, 0, path), 0);
                took += testing_now() - began;
        }
        look(watch);
        return took;
}

static void assert_as_cheap(struct watch *crowd, struct watch *alone, bool replaced)
{
        const char *path = paths[0];
        uint64_t crowded = UINT64_MAX, single = UINT64_MAX;

        for (int i = 0; i < ROUNDS; i++) {
                crowded = MIN(crowded, time_round(crowd, path, replaced));
                single = MIN(single, time_round(alone, path, replaced));
        }
        printf("# %d armings%s: %llu us beside %d other domains, %llu us alone\n", ARMINGS,
               replaced ? " after a replacement" : "", (unsigned long long)crowded, DOMAINS - 1,
               (unsigned long long)single);
        if (!is_instrumented()) /* valgrind moves memory byte by byte */
                assert_true(crowded < single * RATIO_MAX);
}

static void test_arming_costs_nothing_for_the_others(void **state)
{
        struct watch *crowd = watch_all(state), *alone;

        assert_int_equal(watch_new(1, take, NULL, &alone), 0);
        assert_int_equal(watch_arm(alone, 0, paths[0]), 0);
        assert_as_cheap(crowd, alone, false);
        assert_as_cheap(crowd, alone, true);
        watch_free(alone);
        watch_free(crowd);
}

/* How many descriptors the kernel has for @watch. */
static unsigned int count_descriptors(const struct watch *watch)
{
        char path[64], line[512];
        unsigned int count = 0;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", watch_fd(watch));
        file = fopen(path, "re");
        assert_non_null(file);
        while (fgets(line, sizeof(line), file))
                count += strncmp(line, "inotify wd:", strlen("inotify wd:")) == 0;
        fclose(file);
        return count;
}

static void test_arming_anew_leaves_no_descriptor_behind(void **state)
{
        const char *files[] = {testing_path(state, "a/f"), testing_path(state, "b/f")};
        struct watch *watch;
        unsigned int before;

        assert_int_equal(mkdir(testing_path(state, "a"), 0700), 0);
        assert_int_equal(mkdir(testing_path(state, "b"), 0700), 0);
        testing_write_file(files[0], "1");
        testing_write_file(files[1], "1");
        assert_int_equal(watch_new(2, take, NULL, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, files[0]), 0);
        before = count_descriptors(watch);
        for (int i = 1; i <= 10; i++) {
                assert_int_equal(watch_arm(watch, 0, files[i % 2]), 0);
                assert_int_equal(count_descriptors(watch), before);
        }
        assert_int_equal(watch_arm(watch, 1, files[0]), 0);
        assert_int_equal(watch_arm(watch, 0, files[1]), 0);
        assert_int_equal(count_descriptors(watch), before + 2); /* the other's file and directory */
        watch_free(watch);
}

/* Domain 0 goes from one path to another, with each allocation failing in turn. */
static void test_lack_of_memory_loses_no_watch(void **state)
{
        const char *old = testing_path(state, "old"), *new = testing_path(state, "d/new");
        unsigned int failures = 0, before, after;
        struct watch *watch;
        int r;

        assert_int_equal(mkdir(testing_path(state, "d"), 0700), 0);
        testing_write_file(old, "1");
        testing_write_file(new, "1");
        do {
                assert_int_equal(watch_new(1, take, NULL, &watch), 0);
                assert_int_equal(watch_arm(watch, 0, old), 0);
                before = count_descriptors(watch);
                allocations_left = failures;
                refusing = true;
                r = watch_arm(watch, 0, new);
                refusing = false;
                if (r < 0) {
                        assert_int_equal(r, -ENOMEM);
                        failures++;
                        testing_write_file(old, "2"); /* still watched: who knows what it holds */
                        assert_int_equal(look(watch), 0);
                        assert_true(seen[0].commits > 0);
                        assert_int_equal(watch_arm(watch, 0, new), 0);
                }
                after = count_descriptors(watch);
                assert_int_equal(after, before + 1); /* d; its file is instead of the old one */
                watch_free(watch);
        } while (r < 0);
        assert_true(failures > 10);
}

/* What could not be noted is not watched either: nobody would ever end that. */
static void test_lack_of_memory_leaves_no_descriptor_behind(void **state)
{
        const char *old = testing_path(state, "old"), *new = testing_path(state, "d/new");
        unsigned int failures = 0, before;
        struct watch *watch;
        int r;

        assert_int_equal(mkdir(testing_path(state, "d"), 0700), 0);
        testing_write_file(old, "1");
        testing_write_file(new, "1");
        assert_int_equal(watch_new(1, take, NULL, &watch), 0);
        assert_int_equal(watch_arm(watch, 0, old), 0);
        before = count_descriptors(watch);
        watch_free(watch);
        do {
                assert_int_equal(watch_new(1, take, NULL, &watch), 0);
                allocations_left = failures++;
                refusing = true;
                r = watch_arm(watch, 0, new);
                refusing = false;
                assert_int_equal(watch_arm(watch, 0, old), 0);
                assert_int_equal(count_descriptors(watch), before);
                watch_free(watch);
        } while (r < 0);
        assert_true(failures > 10);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_edit_in_a_crowded_directory_concerns_one_domain),
                TEST(test_overflow_makes_every_one_look),
                TEST(test_arming_costs_nothing_for_the_others),
                TEST(test_arming_anew_leaves_no_descriptor_behind),
                TEST(test_lack_of_memory_loses_no_watch),
                TEST(test_lack_of_memory_leaves_no_descriptor_behind),
        };

        return TESTING_RUN(tests);
}
