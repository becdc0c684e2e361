/* SPDX-License-Identifier: MIT */
/*
 * Much at a time: 200 files in 50 directories on one inotify instance, neighbours that make
 * 50,000 events a second, and mounts without a pause. Figures are printed; what is asserted of them
 * leaves room for a slow machine.
 */
#include "harness.h"

#include "util.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define FILES 200
#define DIRECTORIES 50
#define NO_TTL "--ttl 3600 --ttl-blind 3600"

#define NOISE_PER_MSEC 50
#define NOISE_SECONDS 4
#define MOUNTS_SECONDS 2
#define MOUNTS_CPU_PERCENT_MAX 50
#define RENAMES 40
#define CPU_PERCENT_MAX 40 /* aim: 10 */
#define DELAY_USEC_MAX (100 * USEC_PER_MSEC)

/* ----------------------------------------------------------------- 200 files */

static char paths[FILES][128];

static void fill_paths(struct harness *harness)
{
        const char *directory = testing_path(&harness->testing, "many");

        for (unsigned int i = 0; i < FILES; i++)
                snprintf(paths[i], sizeof(paths[i]), "%s/%02u/%u.cfg", directory, i % DIRECTORIES,
                         i / DIRECTORIES);
}

/* The last file is another name of the first one, in another directory. */
static void make_files(struct harness *harness)
{
        fill_paths(harness);
        assert_int_equal(mkdir(testing_path(&harness->testing, "many"), 0755), 0);
        for (unsigned int i = 0; i < DIRECTORIES; i++)
                assert_int_equal(mkdir(testing_path(&harness->testing, "many/%02u", i), 0755), 0);
        for (unsigned int i = 0; i + 1 < FILES; i++)
                harness_save_at(harness, paths[i], "v0");
        assert_int_equal(link(paths[0], paths[FILES - 1]), 0);
}

static void write_config(struct harness *harness, const char *path)
{
        FILE *file = fopen(path, "we");

        assert_non_null(file);
        for (unsigned int i = 0; i < FILES; i++)
                fprintf(file, "[domain file%u]\npath = %s\n", i, paths[i]);
        fclose(file);
}

static unsigned int count_instances(pid_t pid)
{
        _cleanup_free_ char *path = format_string("/proc/%d/fd", (int)pid);
        DIR *directory = opendir(path);
        unsigned int count = 0;
        struct dirent *entry;
        char target[256];
        ssize_t n;

        assert_non_null(directory);
        while ((entry = readdir(directory))) {
                n = readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1);
                if (n > 0) {
                        target[n] = '\0';
                        count += strcmp(target, "anon_inode:inotify") == 0;
                }
        }
        closedir(directory);
        return count;
}

static void wait_for_file(struct harness *harness, unsigned int i, uint64_t generation)
{
        _cleanup_free_ char *name = format_string("file%u", i);

        if (cfgw_client_wait_generation(harness->client, name, generation, TEST_PATIENCE_USEC) < 0)
                fail_msg("%s has no generation %llu", name, (unsigned long long)generation);
}

/* Each file has the generation that belongs to it, and each change was found by an event. */
static void expect_generations(struct harness *harness, const uint64_t *generations)
{
        json_t *status = harness_status(harness), *domain;
        size_t i;

        json_array_foreach(json_object_get(status, "domains"), i, domain)
        {
                json_t *found = json_object_get(domain, "found");

                if (i == FILES)
                        break; /* the harness's own */
                if (json_integer_value(json_object_get(domain, "generation")) !=
                            (json_int_t)generations[i] ||
                    json_integer_value(json_object_get(found, "event")) !=
                            (json_int_t)generations[i] - 1)
                        fail_msg("file%zu is not at generation %llu by events alone", i,
                                 (unsigned long long)generations[i]);
        }
        json_decref(status);
}

static void replace(struct harness *harness, unsigned int i, const char *tag)
{
        char temporary[160];

        snprintf(temporary, sizeof(temporary), "%s.tmp", paths[i]);
        harness_save_at(harness, temporary, tag);
        assert_int_equal(rename(temporary, paths[i]), 0);
}

static void files_do_not_disturb_each_other(void **state)
{
        struct harness *harness = *state;
        const char *config = testing_path(&harness->testing, "many.conf");
        _cleanup_free_ char *options = format_string("--config %s " NO_TTL, config);
        uint64_t generations[FILES];

        assert_non_null(options);
        make_files(harness);
        write_config(harness, config);
        harness_launch(harness, options);
        harness_await_ready(harness);
        assert_int_equal(cfgw_client_new(harness->runtime, &harness->client), 0);
        assert_int_equal(count_instances(harness->daemon), 1);
        for (unsigned int i = 0; i < FILES; i++)
                generations[i] = 1;
        expect_generations(harness, generations);

        /* Each third one by rename, at a time. */
        for (unsigned int i = 1; i < FILES - 1; i += 3) {
                replace(harness, i, "v1");
                generations[i]++;
        }
        for (unsigned int i = 1; i < FILES - 1; i += 3)
                wait_for_file(harness, i, 2);
        expect_generations(harness, generations);

        /* Both names of one file. */
        harness_save_at(harness, paths[0], "v1");
        wait_for_file(harness, 0, ++generations[0]);
        wait_for_file(harness, FILES - 1, ++generations[FILES - 1]);
        expect_generations(harness, generations);

        /* One of the two is replaced: the other stays, and both are watched as before. */
        replace(harness, 0, "v2");
        wait_for_file(harness, 0, ++generations[0]);
        harness_save_at(harness, paths[FILES - 1], "v2");
        wait_for_file(harness, FILES - 1, ++generations[FILES - 1]);
        harness_save_at(harness, paths[0], "v3");
        wait_for_file(harness, 0, ++generations[0]);
        expect_generations(harness, generations);
}

/* As a service manager starts it: with few, and the right to more. */
static void descriptors_are_as_many_as_the_domains_need(void **state)
{
        struct harness *harness = *state;
        const char *config = testing_path(&harness->testing, "many.conf");
        _cleanup_free_ char *options = format_string("--config %s", config);
        struct rlimit limit, few;

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        if (limit.rlim_max < 4 * FILES)
                SKIP("there are no more descriptors to be had");
        few = (struct rlimit){.rlim_cur = FILES, .rlim_max = limit.rlim_max};
        make_files(harness);
        write_config(harness, config);
        harness_save(harness, "v0");
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        harness_launch(harness, options);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        harness_await_ready(harness);
}

/* -------------------------------------------------------------------- mounts */

static uint64_t cpu_usec(pid_t pid)
{
        _cleanup_free_ char *path = format_string("/proc/%d/stat", (int)pid);
        unsigned long user, system;
        FILE *file = fopen(path, "re");
        int n;

        assert_non_null(file);
        n = fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                   &system);
        fclose(file);
        assert_int_equal(n, 2);
        return (user + system) * USEC_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
}

/*
 * As containers come and go; each of them may concern every file. The looks that they make due
 * are few here, so that what is seen is what each mount by itself costs.
 */
static void mounts_in_quick_succession_are_borne(void **state)
{
        struct harness *harness = *state;
        const char *config = testing_path(&harness->testing, "many.conf");
        const char *mounted = testing_path(&harness->testing, "mounted");
        _cleanup_free_ char *options =
                format_string("--config %s --settle-weak 0.5 " NO_TTL, config);
        uint64_t began, cpu, percent;

        assert_non_null(options);
        if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
                SKIP("no mount namespace to be had here");
        make_files(harness);
        write_config(harness, config);
        assert_int_equal(mkdir(mounted, 0755), 0);
        harness_launch(harness, options);
        harness_await_ready(harness);
        assert_int_equal(cfgw_client_new(harness->runtime, &harness->client), 0);
        began = testing_now();
        cpu = cpu_usec(harness->daemon);
        while (testing_now() < began + MOUNTS_SECONDS * USEC_PER_SEC) {
                assert_int_equal(mount("none", mounted, "tmpfs", 0, NULL), 0);
                assert_int_equal(umount(mounted), 0);
        }
        cpu = cpu_usec(harness->daemon) - cpu;
        percent = cpu * 100 / (testing_now() - began);
        printf("# %llu %% of one core for mounts without a pause\n", (unsigned long long)percent);
        replace(harness, 1, "v1");
        wait_for_file(harness, 1, 2);
        if (!harness_is_slow())
                assert_true(percent < MOUNTS_CPU_PERCENT_MAX);
}

/* -------------------------------------------------------------------- noise */

/* As Proxmox Backup does with its lock file; two names, so that no two events are merged. */
static pid_t start_noise(_Atomic uint64_t *ret_events)
{
        const char *names[] = {".datastore.lck", ".other.lck"};
        struct timespec next;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid > 0)
                return pid;
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        clock_gettime(CLOCK_MONOTONIC, &next);
        for (;;) {
                for (int i = 0; i < NOISE_PER_MSEC; i++)
                        close(open(names[i % 2], O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
                atomic_fetch_add(ret_events, NOISE_PER_MSEC);
                next.tv_nsec += 1000000;
                if (next.tv_nsec >= 1000000000) {
                        next.tv_nsec -= 1000000000;
                        next.tv_sec++;
                }
                clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        }
}

static int compare(const void *a, const void *b)
{
        const uint64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

/* From the rename to the board, at the median. */
static uint64_t measure_delay(struct harness *harness, uint64_t *generation)
{
        uint64_t delays[RENAMES];
        char tag[16];

        for (int i = 0; i < RENAMES; i++) {
                _cleanup_free_ char *temporary = format_string("%s.tmp", harness->file);
                uint64_t saved;

                /* An answer: the daemon has done with the one before. */
                assert_int_equal(harness_number(harness, "generation", NULL), *generation);
                snprintf(tag, sizeof(tag), "d%llu", (unsigned long long)*generation);
                harness_save_at(harness, temporary, tag);
                assert_int_equal(rename(temporary, harness->file), 0);
                saved = testing_now();
                assert_int_equal(cfgw_client_wait_generation(harness->client, "datastore",
                                                             ++*generation, TEST_PATIENCE_USEC),
                                 0);
                delays[i] = testing_now() - saved;
        }
        qsort(delays, RENAMES, sizeof(*delays), compare);
        return delays[RENAMES / 2];
}

static void noise_of_neighbours_costs_little_and_delays_nothing(void **state)
{
        struct harness *harness = *state;
        uint64_t quiet, noisy, began, lasted, cpu, percent, rate, generation = 1;
        _Atomic uint64_t *events = mmap(NULL, sizeof(*events), PROT_READ | PROT_WRITE,
                                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        pid_t noise;

        assert_ptr_not_equal(events, MAP_FAILED);

        harness_save(harness, "v0");
        harness_start(harness, NO_TTL);
        harness_expect_generation(harness, 1);
        quiet = measure_delay(harness, &generation);
        noise = start_noise(events);
        began = testing_now();
        cpu = cpu_usec(harness->daemon);
        while (testing_now() < began + NOISE_SECONDS * USEC_PER_SEC)
                testing_nap();
        cpu = cpu_usec(harness->daemon) - cpu;
        lasted = testing_now() - began;
        percent = cpu * 100 / lasted;
        rate = atomic_load(events) * USEC_PER_SEC / lasted;
        noisy = measure_delay(harness, &generation);
        kill(noise, SIGKILL);
        process_wait(noise, TEST_PATIENCE_USEC);
        munmap(events, sizeof(*events));
        printf("# %llu events a second: %llu %% of one core; rename to board %llu us, without "
               "noise %llu us\n",
               (unsigned long long)rate, (unsigned long long)percent, (unsigned long long)noisy,
               (unsigned long long)quiet);
        assert_int_equal(harness_number(harness, "found", "event"), generation - 1);
        if (harness_is_slow())
                return;
        assert_true(percent < CPU_PERCENT_MAX);
        assert_true(noisy < DELAY_USEC_MAX);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(files_do_not_disturb_each_other),
                SYSTEM_TEST(descriptors_are_as_many_as_the_domains_need),
                SYSTEM_TEST(noise_of_neighbours_costs_little_and_delays_nothing),
                SYSTEM_TEST(mounts_in_quick_succession_are_borne),
        };

        return TESTING_RUN(tests);
}
