/* SPDX-License-Identifier: MIT */
/*
 * What the issue of speed comes down to, in one run: from rename(2) to the board and to a
 * subscriber that blocks in poll(2), the cost of one lookup beside two others that one might
 * have instead, and what the daemon takes while nothing happens. A datastore.cfg with 1000
 * stores. Ends with status 1 if a bound is not kept. Beside the way to the board stands that of
 * a bare program: inotify's event, one read, one parse into a snapshot, nothing that could go
 * wrong thought of: no digest, no second look at the file, no report.
 *
 * Who saves and looks at the board has one processor for himself, the daemon and the bare
 * program share another. Left alone, the scheduler runs now this and now that watcher on the
 * processor of the one who saves: then he waits until it has nothing more to do, and what is
 * measured is where it was put.
 */
#include "system/harness.h"

#include "board.h"
#include "source.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <xxhash.h>

#define STORES 1000
#define CONTENT_SIZE (STORES * 128)
#define EDITS 300
#define EDIT_GAP_USEC (25 * USEC_PER_MSEC) /* beyond the gap that messages are merged in */
#define NOISE_EDITS 200
#define NOISE_RATE 50000 /* events a second */
#define NOISE_USEC (3 * USEC_PER_SEC)
#define BATCHES 2000
#define BATCH 500
#define PARSES 100
#define IDLE_USEC (10 * USEC_PER_SEC)

/* The bounds: for medians, in microseconds, and for the daemon. */
#define BOARD_BOUND_USEC 2000
#define SUBSCRIBER_BOUND_USEC 5000
#define BARE_BOUND 1.5         /* times what the bare program takes */
#define NOISE_BOUND_PERCENT 10 /* of one core */
#define RESIDENT_BOUND_KIB 8192
#define WAKEUPS_BOUND 14 /* in 10 s: 10 heartbeats, a TTL, the start of the count and its end */

static int over;

/* --------------------------------------------------------------------- figures */

static int compare(const void *a, const void *b)
{
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

/* @bound 0: there is none. */
static void print_times(const char *what, double *times, size_t count, const char *unit,
                        double bound)
{
        double median;

        qsort(times, count, sizeof(*times), compare);
        median = times[count / 2];
        printf("%-44s %10.1f %10.1f %-3s", what, median, times[count * 99 / 100], unit);
        if (bound > 0) {
                printf("  bound %.0f: %s", bound, median < bound ? "kept" : "NOT KEPT");
                over |= median >= bound;
        }
        puts("");
}

static void print_number(const char *what, double number, const char *unit, double bound)
{
        printf("%-44s %10.0f %10s %-3s  bound %.0f: %s\n", what, number, "", unit, bound,
               number < bound ? "kept" : "NOT KEPT");
        over |= number >= bound;
}

static double now_nsec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void rest(uint64_t usec)
{
        struct timespec time = {.tv_sec = (time_t)(usec / USEC_PER_SEC),
                                .tv_nsec = (long)(usec % USEC_PER_SEC * 1000)};

        nanosleep(&time, NULL);
}

/* -------------------------------------------------------------------- the file */

/* To @path: the edit is one comment. */
static void write_stores(const char *path, unsigned int edit)
{
        _cleanup_free_ char *content = malloc(CONTENT_SIZE);
        size_t size = 0;

        assert_non_null(content);
        for (unsigned int i = 1; i <= STORES; i++)
                size += (size_t)snprintf(content + size, CONTENT_SIZE - size,
                                         "datastore: ds%04u\n\tcomment edit %u\n"
                                         "\tpath /pbsbench/pbs-bench/ds%04u\n\n",
                                         i, i == edit % STORES + 1 ? edit : 0, i);
        testing_write_file(path, content);
}

/* ------------------------------------------------------------------ processors */

/* What this process may run on, at its start. */
static cpu_set_t processors;

static void pin(pid_t pid, const cpu_set_t *set)
{
        assert_int_equal(sched_setaffinity(pid, sizeof(*set), set), 0);
}

/* To the @nth of ours, if there are as many; @pid 0: this process. */
static void pin_to_nth(pid_t pid, int nth)
{
        cpu_set_t set;

        CPU_ZERO(&set);
        for (int i = 0; i < CPU_SETSIZE; i++)
                if (CPU_ISSET(i, &processors) && nth-- == 0)
                        CPU_SET(i, &set);
        if (CPU_COUNT(&set) > 0)
                pin(pid, &set);
}

/* ----------------------------------------------------------------- propagation */

/* What the subscriber says: the newest generation, and when it knew. */
struct told {
        _Atomic uint64_t generation;
        _Atomic uint64_t usec;
};

static void subscriber(const char *runtime, struct told *told)
{
        struct pollfd ready = {.events = POLLIN};
        cfgw_client *client;
        cfgw_event *event;
        uint64_t until;

        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (cfgw_client_new(runtime, &client) < 0 || cfgw_client_subscribe(client, NULL) < 0)
                _exit(1);
        ready.fd = cfgw_client_get_fd(client);
        for (;;) {
                while (cfgw_client_process(client, &event) > 0) {
                        atomic_store(&told->usec, testing_now());
                        atomic_store(&told->generation,
                                     cfgw_status_generation(cfgw_event_status(event)));
                        cfgw_event_free(event);
                }
                if (cfgw_client_get_timeout(client, &until) < 0)
                        _exit(1);
                poll(&ready, 1, poll_timeout(until, testing_now()));
        }
}

static bool read_and_parse(const char *path)
{
        const struct parse_rules rules = parse_rules_of(CFGW_LOAD_TOLERANT);
        struct source source = {.result = SOURCE_READ};
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct snapshot *snapshot;
        bool good;

        good = fd >= 0 &&
               read_all(fd, CONTENT_SIZE, PARSE_SIZE_MAX, &source.data, &source.size) == 0 &&
               source_parse(&source, "datastore", path, &rules, NULL, &snapshot) == 0;
        if (good)
                free(snapshot);
        close_p(&fd);
        source_clear(&source);
        return good;
}

/* Reads and parses the file of its own, "bare", after each rename over it. */
static void bare_program(const char *directory, const char *path, struct told *told)
{
        char events[4096] __attribute__((aligned(8)));
        int fd = inotify_init1(IN_CLOEXEC);

        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (inotify_add_watch(fd, directory, IN_MOVED_TO) < 0)
                _exit(1);
        atomic_store(&told->generation, 1);
        for (uint64_t count = 2;; count++) {
                if (read(fd, events, sizeof(events)) <= 0 || !read_and_parse(path))
                        _exit(1);
                atomic_store(&told->usec, testing_now());
                atomic_store(&told->generation, count);
        }
}

static void await_told(struct told *told, uint64_t generation)
{
        WAIT_FOR(atomic_load(&told->generation) >= generation);
}

/*
 * Looks at @number all the time until it is @generation, so that nobody's waking up is part of
 * what is measured. The time then.
 */
static uint64_t stare(const _Atomic uint64_t *number, uint64_t generation)
{
        uint64_t until = testing_now() + TEST_PATIENCE_USEC, now;

        do {
                now = testing_now();
                assert_true(now < until);
        } while (atomic_load_explicit(number, memory_order_acquire) < generation);
        return testing_now();
}

static struct told *told_new(void)
{
        struct told *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        assert_true(told != MAP_FAILED);
        return told;
}

/* One edit of each, in turn, so that both meet the same noise of the machine. */
struct propagation {
        const char *new, *bare_new, *bare_file;
        struct told *subscriber, *bare;
        const struct board_slot *slot;
        double board[EDITS], subscribed[EDITS], bared[EDITS];
};

static void edit_ours(struct harness *harness, struct propagation *propagation, unsigned int i,
                      uint64_t generation)
{
        uint64_t renamed;

        rest(EDIT_GAP_USEC);
        write_stores(propagation->new, i + 1);
        renamed = testing_now();
        assert_int_equal(rename(propagation->new, harness->file), 0);
        propagation->board[i] =
                (double)(stare(&propagation->slot->generation, generation) - renamed);
        await_told(propagation->subscriber, generation);
        propagation->subscribed[i] =
                (double)(atomic_load(&propagation->subscriber->usec) - renamed);
}

static void edit_bare(struct propagation *propagation, unsigned int i)
{
        uint64_t renamed;

        rest(EDIT_GAP_USEC);
        write_stores(propagation->bare_new, i + 1);
        renamed = testing_now();
        assert_int_equal(rename(propagation->bare_new, propagation->bare_file), 0);
        propagation->bared[i] = (double)(stare(&propagation->bare->generation, i + 2) - renamed);
}

static void measure_propagation(struct harness *harness)
{
        static struct propagation propagation;
        const char *directory = testing_path(&harness->testing, "bare");
        uint64_t generation = harness_sync(harness);
        struct board *board;
        double ratio;
        pid_t pids[2];

        assert_int_equal(board_open(harness->runtime, &board), 0);
        assert_int_equal(mkdir(directory, 0755), 0);
        propagation = (struct propagation){
                .new = testing_path(&harness->testing, "etc/new"),
                .bare_new = testing_path(&harness->testing, "new"),
                .bare_file = testing_path(&harness->testing, "bare/file"),
                .subscriber = told_new(),
                .bare = told_new(),
                .slot = board_find(board, "datastore"),
        };
        assert_non_null(propagation.slot);
        pids[0] = fork();
        if (pids[0] == 0)
                subscriber(harness->runtime, propagation.subscriber);
        pids[1] = fork();
        if (pids[1] == 0)
                bare_program(directory, propagation.bare_file, propagation.bare);
        await_told(propagation.subscriber, generation);
        await_told(propagation.bare, 1);
        pin_to_nth(harness->daemon, 1);
        pin_to_nth(pids[1], 1);
        pin_to_nth(0, 0);
        for (unsigned int i = 0; i < EDITS; i++) {
                edit_ours(harness, &propagation, i, ++generation);
                edit_bare(&propagation, i);
        }
        pin(0, &processors);
        pin(harness->daemon, &processors);
        print_times("rename(2) to the board", propagation.board, EDITS, "us", BOARD_BOUND_USEC);
        print_times("  beside: a bare inotify program has parsed", propagation.bared, EDITS, "us",
                    0);
        ratio = propagation.board[EDITS / 2] / propagation.bared[EDITS / 2];
        printf("%-44s %10.2f %14s  bound %.1f: %s\n", "  the one by the other", ratio, "",
               BARE_BOUND, ratio < BARE_BOUND ? "kept" : "NOT KEPT");
        print_times("rename(2) to a subscriber in poll(2)", propagation.subscribed, EDITS, "us",
                    SUBSCRIBER_BOUND_USEC);
        for (size_t i = 0; i < ELEMENTS(pids); i++) {
                kill(pids[i], SIGKILL);
                process_wait(pids[i], TEST_PATIENCE_USEC);
        }
        board_unref(board);
        munmap(propagation.subscriber, sizeof(struct told));
        munmap(propagation.bare, sizeof(struct told));
}

/* ----------------------------------------------------------------------- noise */

/* Where the noise is made; the maker looks before each millisecond's share of it. */
struct noise {
        const char *paths[2][2]; /* elsewhere, beside */
        _Atomic int where;
        _Atomic uint64_t events;
};

/*
 * Opens and closes files for writing, as Proxmox Backup does with its lock on each lookup. Two
 * in turn, since the kernel queues an event that equals the last one in the queue only once.
 */
static void make_noise(struct noise *noise)
{
        uint64_t next = testing_now();

        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
        for (;; next += USEC_PER_MSEC) {
                const char *const *paths = noise->paths[atomic_load(&noise->where)];

                for (unsigned int i = 0; i < NOISE_RATE / 1000; i++) {
                        close(open(paths[i % 2], O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
                        atomic_fetch_add(&noise->events, 1);
                }
                while (testing_now() < next)
                        rest(next - testing_now());
        }
}

/* Seconds of processor time that @pid has used. */
static double processor_seconds(pid_t pid)
{
        struct timespec time;
        clockid_t clock;

        assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
        assert_int_equal(clock_gettime(clock, &time), 0);
        return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/*
 * The same edits with noise beside the file and with the same noise where nobody looks: so
 * that the processor has as much to do, and all that differs is the daemon's part in it.
 */
static void measure_noise(struct harness *harness)
{
        static double beside[NOISE_EDITS], elsewhere[NOISE_EDITS];
        const char *new = testing_path(&harness->testing, "etc/new");
        struct noise *noise = mmap(NULL, sizeof(*noise), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        uint64_t generation = harness_sync(harness), began, events;
        struct board *board;
        const struct board_slot *slot;
        double share, rate;
        pid_t pid;

        assert_true(noise != MAP_FAILED);
        *noise = (struct noise){
                .paths = {{testing_path(&harness->testing, "elsewhere"),
                           testing_path(&harness->testing, "elsewhere.other")},
                          {testing_path(&harness->testing, "etc/.datastore.lck"),
                           testing_path(&harness->testing, "etc/.other.lck")}},
        };
        assert_int_equal(board_open(harness->runtime, &board), 0);
        slot = board_find(board, "datastore");
        pid = fork();
        if (pid == 0)
                make_noise(noise);
        for (unsigned int i = 0; i < 2 * NOISE_EDITS; i++) {
                atomic_store(&noise->where, i % 2);
                rest(EDIT_GAP_USEC);
                write_stores(new, i + 1);
                began = testing_now();
                assert_int_equal(rename(new, harness->file), 0);
                (i % 2 ? beside : elsewhere)[i / 2] =
                        (double)(stare(&slot->generation, ++generation) - began);
        }
        atomic_store(&noise->where, 1);
        rest(USEC_PER_SEC / 10);
        events = atomic_load(&noise->events);
        began = testing_now();
        share = processor_seconds(harness->daemon);
        rest(NOISE_USEC);
        share = processor_seconds(harness->daemon) - share;
        events = atomic_load(&noise->events) - events;
        share *= 1e8 / (double)(testing_now() - began);
        rate = (double)events * 1e6 / (double)(testing_now() - began);
        printf("%-44s %10.0f %14s  asked for %d: %s\n", "neighbour events a second", rate, "",
               NOISE_RATE, rate > NOISE_RATE * 0.95 ? "made" : "NOT MADE");
        over |= rate <= NOISE_RATE * 0.95;
        print_times("  beside the file: rename(2) to the board", beside, NOISE_EDITS, "us", 0);
        print_times("  elsewhere: rename(2) to the board", elsewhere, NOISE_EDITS, "us", 0);
        print_number("  processor time of the daemon", share, "%", NOISE_BOUND_PERCENT);
        kill(pid, SIGKILL);
        process_wait(pid, TEST_PATIENCE_USEC);
        board_unref(board);
        munmap(noise, sizeof(*noise));
}

/* --------------------------------------------------------------------- lookups */

static char names[STORES][8];

/* The same order for all, and none that a cache could guess. */
static const char *next_name(void)
{
        static unsigned int i;

        i = (i + 379) % STORES;
        return names[i];
}

/* What a service would write that never has to notice a change. */
struct plain_entry {
        char name[8];
        const char *path;
};

static struct plain_entry plain[4096];

static void fill_plain(void)
{
        for (unsigned int i = 0; i < STORES; i++) {
                size_t at = XXH3_64bits(names[i], strlen(names[i])) % ELEMENTS(plain);

                while (plain[at].path)
                        at = (at + 1) % ELEMENTS(plain);
                memcpy(plain[at].name, names[i], sizeof(names[i]));
                plain[at].path = strdup(names[i]);
        }
}

static const char *plain_lookup(const char *name)
{
        size_t at = XXH3_64bits(name, strlen(name)) % ELEMENTS(plain);

        while (plain[at].path && strcmp(plain[at].name, name) != 0)
                at = (at + 1) % ELEMENTS(plain);
        return plain[at].path;
}

static const char *reader_lookup(cfgw_reader *reader, const char *name)
{
        const cfgw_config *config;
        const cfgw_section *section;

        if (cfgw_reader_config(reader, &config) < 0)
                return NULL;
        section = cfgw_config_section(config, name);
        return section ? cfgw_section_get(section, "path") : NULL;
}

static void measure_lookups(struct harness *harness)
{
        static double ours[BATCHES], theirs[BATCHES], parses[PARSES];
        size_t missed = 0;
        double began;

        for (unsigned int i = 0; i < STORES; i++)
                snprintf(names[i], sizeof(names[i]), "ds%04u", i + 1);
        fill_plain();
        for (size_t i = 0; i < BATCHES; i++) {
                began = now_nsec();
                for (size_t j = 0; j < BATCH; j++)
                        missed += !reader_lookup(harness->reader, next_name());
                ours[i] = (now_nsec() - began) / BATCH;
                began = now_nsec();
                for (size_t j = 0; j < BATCH; j++)
                        missed += !plain_lookup(next_name());
                theirs[i] = (now_nsec() - began) / BATCH;
        }
        for (size_t i = 0; i < PARSES; i++) {
                const cfgw_config *config;

                began = now_nsec();
                assert_int_equal(cfgw_config_load(harness->file, NULL, 0, &config, NULL), 0);
                missed += !cfgw_config_section(config, next_name());
                cfgw_config_unref(config);
                parses[i] = (now_nsec() - began) / 1000;
        }
        assert_int_equal(missed, 0);
        print_times("lookup: reader, section, key", ours, BATCHES, "ns", 0);
        print_times("  beside: a plain hash table in the heap", theirs, BATCHES, "ns", 0);
        print_times("  beside: reading and parsing each time", parses, PARSES, "us", 0);
}

/* ------------------------------------------------------------------ daemon idle */

static uint64_t process_number(pid_t pid, const char *key)
{
        char path[64], line[256];
        uint64_t number = 0;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
        file = fopen(path, "re");
        assert_non_null(file);
        while (fgets(line, sizeof(line), file))
                if (strncmp(line, key, strlen(key)) == 0)
                        number = strtoull(line + strlen(key), NULL, 10);
        fclose(file);
        return number;
}

static void measure_idle(struct harness *harness)
{
        pid_t publisher = harness_publisher(harness);
        uint64_t daemon, helper;

        print_number("resident memory of the daemon",
                     (double)process_number(harness->daemon, "VmRSS:"), "KiB", RESIDENT_BOUND_KIB);
        rest(USEC_PER_SEC);
        daemon = process_number(harness->daemon, "voluntary_ctxt_switches:");
        helper = process_number(publisher, "voluntary_ctxt_switches:");
        rest(IDLE_USEC);
        daemon = process_number(harness->daemon, "voluntary_ctxt_switches:") - daemon;
        helper = process_number(publisher, "voluntary_ctxt_switches:") - helper;
        print_number("wake-ups of the daemon in 10 s idle", (double)daemon, "", WAKEUPS_BOUND);
        printf("%-44s %10.0f\n", "wake-ups of its helper (main thread)", (double)helper);
}

/* /run is in memory, and so is the runtime directory here where that can be had. */
static char *runtime_in_memory(struct harness *harness)
{
        static char directory[] = "/dev/shm/cfgwatch-bench-XXXXXX";

        if (!mkdtemp(directory))
                return NULL;
        assert_int_equal(symlink(directory, harness->runtime), 0);
        return directory;
}

static void remove_all(const char *directory, const char *log)
{
        _cleanup_free_ char *command = format_string("rm -rf %s", directory);

        assert_int_equal(process_shell(command, log), 0);
}

int main(void)
{
        void *state = NULL;
        struct harness *harness;
        char *directory;
        int r;

        setvbuf(stdout, NULL, _IOLBF, 0);
        assert_int_equal(sched_getaffinity(0, sizeof(processors), &processors), 0);
        assert_int_equal(harness_setup(&state), 0);
        harness = state;
        directory = runtime_in_memory(harness);
        write_stores(harness->file, 0);
        harness_start(harness, "--log-level warning");
        printf("%-44s %10s %10s\n", "1000 stores", "median", "p99");
        measure_propagation(harness);
        measure_noise(harness);
        measure_lookups(harness);
        measure_idle(harness);
        if (directory)
                remove_all(directory, harness->shell_log);
        r = harness_teardown(&state);
        return r != 0 || over;
}
