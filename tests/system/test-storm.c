/* SPDX-License-Identifier: MIT */
/*
 * Four processes save the file in random ways, while the daemon is stopped and continued, its
 * queue of events overflows, and it is killed and started again. At the end what is in force is
 * what the file holds; generations only ever rose, one by one; none had two contents, none had
 * half of one, and no two in a row had the same.
 *
 * The savers behave like programs that do not know of each other, but for this: two that write
 * into the same inode at a time would make a mixture that nobody could tell from a content, so
 * those take turns.
 *
 * CFGWATCH_STORM_SECONDS says how long it lasts (15), CFGWATCH_STORM_SEED what comes in it.
 */
#include "harness.h"

#include "util.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define SAVERS 4
#define SECONDS_DEFAULT 15
#define OPTIONS "--history 100000 --log-level notice"
#define OVERFLOW_EVENTS 20000 /* more than max_queued_events, 16384 */
#define GENERATIONS_MAX 100000
#define TAG_MAX 24

/* ------------------------------------------------------------------- savers */

struct saver {
        const char *file;
        unsigned int number, saves, seed;
        int in_place; /* lock: of who writes into the inode that has the name now */
        int several;  /* lock: exclusive for who opens the file more than once */
        char tag[TAG_MAX];
        char content[CONTENT_SIZE_MAX];
        size_t size;
};

static volatile sig_atomic_t stopping;

static unsigned int storm_seed(void)
{
        const char *seed = getenv("CFGWATCH_STORM_SEED");

        return seed ? (unsigned int)strtoul(seed, NULL, 10) : 1;
}

static void on_term(int number)
{
        stopping = 1;
}

static void nap_msec(unsigned int msec)
{
        struct timespec nap = {.tv_sec = msec / 1000, .tv_nsec = (long)(msec % 1000) * 1000000};

        nanosleep(&nap, NULL);
}

static unsigned int random_below(struct saver *saver, unsigned int limit)
{
        return (unsigned int)rand_r(&saver->seed) % limit;
}

/* In the children nothing may be asserted: they end, and the test sees it. */
static int open_or_exit(const char *path, int flags)
{
        int fd = open(path, flags | O_CREAT | O_CLOEXEC, 0644);

        if (fd < 0)
                _exit(3);
        return fd;
}

static void write_part(struct saver *saver, int fd, size_t from, size_t to)
{
        if (pwrite(fd, saver->content + from, to - from, (off_t)from) != (ssize_t)(to - from))
                _exit(4);
}

static void save_by_rename(struct saver *saver)
{
        char temporary[512];
        int fd;

        snprintf(temporary, sizeof(temporary), "%s.tmp_%u", saver->file, saver->number);
        flock(saver->several, LOCK_SH);
        fd = open_or_exit(temporary, O_WRONLY | O_TRUNC);
        write_part(saver, fd, 0, saver->size);
        close(fd);
        if (rename(temporary, saver->file) < 0)
                _exit(5);
        flock(saver->several, LOCK_UN);
}

/* @flags O_TRUNC: emptied first; or over the old bytes. */
static void save_in_place(struct saver *saver, int flags, unsigned int pause_msec)
{
        size_t middle = random_below(saver, (unsigned int)saver->size);
        int fd;

        flock(saver->in_place, LOCK_EX);
        fd = open_or_exit(saver->file, O_WRONLY | flags);
        if (pause_msec > 0) {
                write_part(saver, fd, 0, middle);
                nap_msec(pause_msec);
                write_part(saver, fd, middle, saver->size);
        } else {
                write_part(saver, fd, 0, saver->size);
        }
        close(fd);
        flock(saver->in_place, LOCK_UN);
}

static void save_in_place_at_once(struct saver *saver)
{
        save_in_place(saver, O_TRUNC, 0);
}

static void save_in_place_slowly(struct saver *saver)
{
        save_in_place(saver, O_TRUNC, random_below(saver, 400));
}

static void save_over_the_old_bytes(struct saver *saver)
{
        save_in_place(saver, 0, random_below(saver, 200));
}

static void save_by_two_opens(struct saver *saver)
{
        size_t middle = random_below(saver, (unsigned int)saver->size);
        int fd;

        flock(saver->in_place, LOCK_EX);
        flock(saver->several, LOCK_EX);
        fd = open_or_exit(saver->file, O_WRONLY | O_TRUNC);
        write_part(saver, fd, 0, middle);
        close(fd);
        nap_msec(random_below(saver, 150));
        fd = open_or_exit(saver->file, O_WRONLY);
        write_part(saver, fd, middle, saver->size);
        close(fd);
        flock(saver->several, LOCK_UN);
        flock(saver->in_place, LOCK_UN);
}

static void save_after_removal(struct saver *saver)
{
        flock(saver->in_place, LOCK_EX);
        flock(saver->several, LOCK_EX);
        unlink(saver->file);
        nap_msec(random_below(saver, 100));
        flock(saver->several, LOCK_UN);
        flock(saver->in_place, LOCK_UN);
        save_in_place_slowly(saver);
}

static void touch(struct saver *saver)
{
        close(open_or_exit(saver->file, O_WRONLY | O_APPEND));
}

static void save_once(struct saver *saver)
{
        static void (*const ways[])(struct saver *) = {
                save_by_rename,          save_by_rename,
                save_in_place_at_once,   save_in_place_slowly,
                save_over_the_old_bytes, save_by_two_opens,
                save_after_removal,      touch,
        };

        snprintf(saver->tag, sizeof(saver->tag), "p%u-%04u", saver->number, saver->saves++);
        content_write(saver->content, saver->tag);
        saver->size = strlen(saver->content);
        ways[random_below(saver, ELEMENTS(ways))](saver);
}

/* Each process has descriptors of the locks of its own: flock(2) is by open file. */
static void run_saver(const char *directory, const char *file, unsigned int number)
{
        struct saver saver = {.file = file, .number = number, .seed = storm_seed() + number};
        char path[512];

        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        signal(SIGTERM, on_term);
        snprintf(path, sizeof(path), "%s/lock-in-place", directory);
        saver.in_place = open_or_exit(path, O_RDWR);
        snprintf(path, sizeof(path), "%s/lock-several", directory);
        saver.several = open_or_exit(path, O_RDWR);
        while (!stopping) {
                save_once(&saver);
                nap_msec(random_below(&saver, 4) ? random_below(&saver, 200)
                                                 : random_below(&saver, 1500));
        }
        _exit(0);
}

/* They wait for SIGCONT: forked while the test has but one thread. */
static void start_savers(struct harness *harness, pid_t savers[SAVERS])
{
        const char *directory = testing_path(&harness->testing, "home");

        for (unsigned int i = 0; i < SAVERS; i++) {
                savers[i] = fork();
                assert_true(savers[i] >= 0);
                if (savers[i] == 0) {
                        raise(SIGSTOP);
                        run_saver(directory, harness->file, i + 1);
                }
                assert_int_equal(waitpid(savers[i], NULL, WUNTRACED), savers[i]);
        }
}

/* Each finishes the save that it is at. */
static void stop_savers(const pid_t savers[SAVERS])
{
        for (int i = 0; i < SAVERS; i++)
                kill(savers[i], SIGTERM);
        for (int i = 0; i < SAVERS; i++)
                assert_int_equal(process_wait(savers[i], TEST_PATIENCE_USEC), 0);
}

/* --------------------------------------------------------------- misfortune */

static void freeze(struct harness *harness, unsigned int msec)
{
        kill(harness->daemon, SIGSTOP);
        nap_msec(msec);
        kill(harness->daemon, SIGCONT);
}

/* Two names in turn: events that equal the last one are not queued. */
static void overflow(struct harness *harness)
{
        const char *names[2] = {"one", "two"};

        kill(harness->daemon, SIGSTOP);
        for (int i = 0; i < OVERFLOW_EVENTS; i++)
                close(open(names[i % 2], O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        kill(harness->daemon, SIGCONT);
}

static void kill_and_start(struct harness *harness)
{
        harness_stop(harness, SIGKILL);
        harness_start(harness, OPTIONS);
}

static void trouble(struct harness *harness, unsigned int *seed)
{
        switch (rand_r(seed) % 4) {
        case 0:
                freeze(harness, (unsigned int)rand_r(seed) % 1000);
                break;
        case 1:
                overflow(harness);
                break;
        case 2:
                kill_and_start(harness);
                break;
        default:
                kill(harness->daemon, SIGHUP);
        }
}

/* ----------------------------------------------------------------- what was */

struct record {
        char (*tags)[TAG_MAX]; /* by generation; empty: not seen */
        uint64_t last;
        unsigned int seen;
};

/* What a client gets now: generations never go back, and one has one content. */
static void observe(struct harness *harness, struct record *record)
{
        const cfgw_config *config;
        uint64_t generation;
        const char *tag;

        assert_int_equal(cfgw_reader_config(harness->reader, &config), 0);
        generation = cfgw_config_generation(config);
        assert_true(generation >= record->last && generation < GENERATIONS_MAX);
        if (generation == record->last)
                return;
        record->last = generation;
        record->seen++;
        tag = content_tag(config);
        assert_non_null(tag);
        snprintf(record->tags[generation], TAG_MAX, "%s", tag);
}

static void weather(struct harness *harness, struct record *record)
{
        const char *seconds = getenv("CFGWATCH_STORM_SECONDS");
        uint64_t lasts = (seconds ? strtoul(seconds, NULL, 10) : SECONDS_DEFAULT) * USEC_PER_SEC;
        uint64_t end = testing_now() + lasts, next = testing_now();
        unsigned int seed = storm_seed();

        while (testing_now() < end) {
                observe(harness, record);
                if (testing_now() >= next) {
                        trouble(harness, &seed);
                        next = testing_now() + (uint64_t)(rand_r(&seed) % 2000) * USEC_PER_MSEC;
                }
                testing_nap();
        }
}

/* The text of a generation as it was kept: whole, and what was seen under this number. */
static const char *expect_kept(struct harness *harness, const struct record *record,
                               uint64_t generation, char *content)
{
        _cleanup_free_ char *path = format_string("%s/datastore/%llu.cfg", harness->state,
                                                  (unsigned long long)generation);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        char tag[TAG_MAX], whole[CONTENT_SIZE_MAX];
        ssize_t n;

        if (fd < 0)
                fail_msg("generation %llu is not kept", (unsigned long long)generation);
        n = read(fd, content, CONTENT_SIZE_MAX - 1);
        close(fd);
        assert_true(n > 0);
        content[n] = '\0';
        if (sscanf(content, "datastore: ds0000\n\tcomment %23s", tag) != 1)
                fail_msg("generation %llu is no content", (unsigned long long)generation);
        content_write(whole, tag);
        if (strcmp(content, whole) != 0)
                fail_msg("generation %llu is not whole", (unsigned long long)generation);
        if (record->tags[generation][0])
                assert_string_equal(record->tags[generation], tag);
        return content;
}

static void expect_history(struct harness *harness, const struct record *record, uint64_t newest)
{
        char *previous = calloc(1, CONTENT_SIZE_MAX), *content = calloc(1, CONTENT_SIZE_MAX);

        assert_true(previous && content);
        for (uint64_t generation = 1; generation <= newest; generation++) {
                char *swap = previous;

                expect_kept(harness, record, generation, content);
                if (strcmp(content, previous) == 0)
                        fail_msg("generation %llu is that before it",
                                 (unsigned long long)generation);
                previous = content;
                content = swap;
        }
        free(previous);
        free(content);
}

static bool has_content_of_file(struct harness *harness, const char *digest)
{
        json_t *status = harness_status(harness);
        const char *text = json_string_value(json_object_get(harness_domain(status), "digest"));
        bool equal = text && strcmp(text + strlen("sha256:"), digest) == 0;

        json_decref(status);
        return equal;
}

static void storm(void **state)
{
        struct harness *harness = *state;
        struct record record = {.tags = calloc(GENERATIONS_MAX, TAG_MAX)};
        pid_t savers[SAVERS];
        uint64_t newest;
        const char *digest;

        assert_non_null(record.tags);
        harness_save(harness, "v0");
        start_savers(harness, savers);
        harness_start(harness, OPTIONS);
        harness_look_out(harness);
        for (int i = 0; i < SAVERS; i++)
                kill(savers[i], SIGCONT);
        weather(harness, &record);
        stop_savers(savers);

        /* By itself, without being asked. */
        digest = harness_file_digest(harness);
        WAIT_FOR(has_content_of_file(harness, digest));
        observe(harness, &record);
        newest = harness_sync(harness);
        assert_int_equal(record.last, newest);
        expect_history(harness, &record, newest);
        lookout_assert(harness->lookout, NULL);
        printf("# %llu generations, %u of them seen by a reader that looked each 2 ms\n",
               (unsigned long long)newest, record.seen);
        free(record.tags);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(storm),
        };

        return TESTING_RUN(tests);
}
