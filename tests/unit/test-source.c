/* SPDX-License-Identifier: MIT */
#include "source.h"

#include "report.h"
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* What happens while the file is being read: once, in front of the first read(2). */
static void (*meanwhile)(void **state);
static void **meanwhile_state;

ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);

ssize_t __wrap_read(int fd, void *data, size_t size)
{
        void (*happens)(void **state) = STEAL(meanwhile);

        if (happens)
                happens(meanwhile_state);
        return __real_read(fd, data, size);
}

static struct source look(const char *path, const struct digest *known)
{
        struct source source;

        assert_int_equal(source_read(path, 1 << 20, known, &source), 0);
        return source;
}

static void a_file_is_read_whole_with_its_digest(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        struct digest expected = digest_of("some text", 9);
        struct source source;

        testing_write_file(path, "some text");
        source = look(path, NULL);
        assert_int_equal(source.result, SOURCE_READ);
        assert_int_equal(source.size, 9);
        assert_string_equal(source.data, "some text");
        assert_true(digest_equal(&source.digest, &expected));
        assert_true(S_ISREG(source.stat.st_mode));
        assert_int_equal(source.writer, SOURCE_WRITER_UNKNOWN);
        source_clear(&source);
        assert_null(source.data);
        source_clear(&source); /* once more is harmless */
}

static void an_empty_file_is_content(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        struct source source;

        testing_write_file(path, "");
        source = look(path, NULL);
        assert_int_equal(source.result, SOURCE_READ);
        assert_int_equal(source.size, 0);
        assert_string_equal(source.data, "");
        source_clear(&source);
}

static void what_is_not_there_is_missing(void **state)
{
        struct source source = look(testing_path(state, "none"), NULL);
        const char *file = testing_path(state, "a.cfg");

        assert_int_equal(source.result, SOURCE_MISSING);
        assert_int_equal(source.error, -ENOENT);
        assert_string_equal(source.reason, "No such file or directory");
        testing_write_file(file, "x");
        source = look(testing_path(state, "a.cfg/below"), NULL);
        assert_int_equal(source.result, SOURCE_MISSING);
        assert_int_equal(source.error, -ENOTDIR);
        assert_int_equal(symlink("nowhere", testing_path(state, "link")), 0);
        source = look(testing_path(state, "link"), NULL);
        assert_int_equal(source.result, SOURCE_MISSING);
}

static void what_is_no_regular_file_is_refused_at_once(void **state)
{
        const char *fifo = testing_path(state, "fifo");
        struct source source;

        assert_int_equal(mkfifo(fifo, 0600), 0);
        source = look(fifo, NULL); /* nobody writes to it: this must not wait */
        assert_int_equal(source.result, SOURCE_UNREADABLE);
        assert_int_equal(source.error, -EINVAL);
        assert_string_equal(source.reason, "not a regular file");
        source = look("/dev/zero", NULL);
        assert_int_equal(source.result, SOURCE_UNREADABLE);
        source = look(*state, NULL); /* a directory */
        assert_int_equal(source.result, SOURCE_UNREADABLE);
        assert_null(source.data);
}

static void a_file_over_the_bound_is_refused(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        struct source source;

        testing_write_file(path, "0123456789");
        assert_int_equal(source_read(path, 10, NULL, &source), 0);
        assert_int_equal(source.result, SOURCE_READ);
        source_clear(&source);
        assert_int_equal(source_read(path, 9, NULL, &source), 0);
        assert_int_equal(source.result, SOURCE_UNREADABLE);
        assert_int_equal(source.error, -EFBIG);
        assert_string_equal(source.reason, "larger than 9 bytes");
}

/* The kernel's own files say that they are empty; what they hold when is nobody's promise. */
static void more_than_the_size_says_is_torn(void **state)
{
        struct source source = look("/proc/self/status", NULL);

        assert_int_equal(source.result, SOURCE_TORN);
        assert_null(source.data);
        source_clear(&source);
}

static void a_lease_that_has_to_be_broken_is_waited_for(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        struct source source;
        int fd;

        testing_write_file(path, "x");
        fd = open(path, O_RDWR | O_CLOEXEC);
        assert_true(fd >= 0);
        if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0) {
                close(fd);
                SKIP("no lease to be had here");
        }
        signal(SIGIO, SIG_IGN); /* that somebody wants it back */
        source = look(path, NULL);
        assert_int_equal(source.result, SOURCE_TORN);
        fcntl(fd, F_SETLEASE, F_UNLCK);
        signal(SIGIO, SIG_DFL);
        close(fd);
        source = look(path, NULL);
        assert_int_equal(source.result, SOURCE_READ);
        source_clear(&source);
}

static void a_loop_of_links_is_unreadable(void **state)
{
        const char *path = testing_path(state, "loop");
        struct source source;

        assert_int_equal(symlink("loop", path), 0);
        source = look(path, NULL);
        assert_int_equal(source.result, SOURCE_UNREADABLE);
        assert_int_equal(source.error, -ELOOP);
        assert_true(strlen(source.reason) > 0);
}

static void a_file_behind_a_link_is_read(void **state)
{
        const char *path = testing_path(state, "link");
        struct source source;

        testing_write_file(testing_path(state, "a.cfg"), "x");
        assert_int_equal(symlink("a.cfg", path), 0);
        source = look(path, NULL);
        assert_int_equal(source.result, SOURCE_READ);
        source_clear(&source);
}

static void a_writer_is_seen_when_the_content_is_another(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        struct digest known = digest_of("old", 3), same = digest_of("new", 3);
        struct source source;
        int fd;

        signal(SIGIO, SIG_IGN);
        testing_write_file(path, "new");
        source = look(path, &known);
        assert_int_equal(source.writer, SOURCE_WRITER_NONE);
        source_clear(&source);

        fd = open(path, O_WRONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        source = look(path, &known);
        assert_int_equal(source.result, SOURCE_READ);
        assert_int_equal(source.writer, SOURCE_WRITER_PRESENT);
        source_clear(&source);
        source = look(path, &same); /* nobody asks when nothing changed */
        assert_int_equal(source.writer, SOURCE_WRITER_UNKNOWN);
        source_clear(&source);
        close(fd);
        source = look(path, &known);
        assert_int_equal(source.writer, SOURCE_WRITER_NONE);
        source_clear(&source);
        signal(SIGIO, SIG_DFL);
}

static void a_kept_mapping_counts_as_a_writer(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        struct digest known = digest_of("old", 3);
        struct source source;
        void *map;
        int fd;

        signal(SIGIO, SIG_IGN);
        testing_write_file(path, "new");
        fd = open(path, O_RDWR | O_CLOEXEC);
        assert_true(fd >= 0);
        map = mmap(NULL, 3, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        assert_true(map != MAP_FAILED);
        close(fd);
        source = look(path, &known);
        assert_int_equal(source.writer, SOURCE_WRITER_PRESENT);
        source_clear(&source);
        munmap(map, 3);
        signal(SIGIO, SIG_DFL);
}

/* ---------------------------------------------------- what happens while it is being read */

static void nothing(void **state)
{
}

static void read_it_as_well(void **state)
{
        testing_read_file(state, testing_path(state, "a.cfg"));
}

/* The stamp is set by hand, since the clock of the file system may not have ticked yet. */
static void write_as_many_bytes(void **state)
{
        const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000000}};
        const char *path = testing_path(state, "a.cfg");

        testing_write_file(path, "NEW text");
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void append(void **state)
{
        testing_write_file(testing_path(state, "a.cfg"), "old text and more");
}

static void truncate_it(void **state)
{
        testing_write_file(testing_path(state, "a.cfg"), "");
}

static void rename_another_over_it(void **state)
{
        const char *other = testing_path(state, "other");

        testing_write_file(other, "NEW text");
        assert_int_equal(rename(other, testing_path(state, "a.cfg")), 0);
}

static void remove_it(void **state)
{
        assert_int_equal(unlink(testing_path(state, "a.cfg")), 0);
}

/* Nothing happens to the file itself: only the path leads elsewhere. */
static void swap_the_link(void **state)
{
        const char *link = testing_path(state, "link.tmp");

        testing_write_file(testing_path(state, "other"), "old text");
        assert_int_equal(symlink("other", link), 0);
        assert_int_equal(rename(link, testing_path(state, "link")), 0);
}

static void what_moves_under_the_read_is_torn(void **state)
{
        static const struct {
                void (*meanwhile)(void **state);
                const char *name;
                enum source_result result;
        } cases[] = {
                {nothing, "a.cfg", SOURCE_READ},
                {read_it_as_well, "a.cfg", SOURCE_READ},
                {swap_the_link, "a.cfg", SOURCE_READ},
                {nothing, "link", SOURCE_READ},
                {swap_the_link, "link", SOURCE_TORN},
                {write_as_many_bytes, "a.cfg", SOURCE_TORN},
                {append, "a.cfg", SOURCE_TORN},
                {truncate_it, "a.cfg", SOURCE_TORN},
                {rename_another_over_it, "a.cfg", SOURCE_TORN},
                {remove_it, "a.cfg", SOURCE_TORN},
        };
        const char *link = testing_path(state, "link");

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct source source;

                testing_write_file(testing_path(state, "a.cfg"), "old text");
                unlink(link);
                assert_int_equal(symlink("a.cfg", link), 0);
                meanwhile = cases[i].meanwhile;
                meanwhile_state = state;
                source = look(testing_path(state, "%s", cases[i].name), NULL);
                if (source.result != cases[i].result)
                        fail_msg("case %zu: result %d", i, (int)source.result);
                if (source.result == SOURCE_READ)
                        assert_string_equal(source.data, "old text");
                else
                        assert_null(source.data);
                source_clear(&source);
        }
}

/* ------------------------------------------------------------- a file that never rests */

struct writer {
        const char *path, *other;
        atomic_bool stop;
};

/* Renames whole files of all a's or all b's, of one length, over the path. */
static void *rename_over(void *data)
{
        struct writer *writer = data;
        char text[65537];

        for (unsigned int i = 0; !writer->stop; i++) {
                memset(text, i % 2 ? 'a' : 'b', sizeof(text) - 1);
                text[sizeof(text) - 1] = '\0';
                testing_write_file(writer->other, text);
                rename(writer->other, writer->path);
        }
        return NULL;
}

/* Truncates and writes again, with a rest within each save and a longer one behind it. */
static void *write_in_place(void *data)
{
        struct writer *writer = data;
        char half[32768];

        for (unsigned int i = 0; !writer->stop; i++) {
                int fd = open(writer->path, O_WRONLY | O_TRUNC | O_CLOEXEC);

                memset(half, i % 2 ? 'a' : 'b', sizeof(half));
                if (fd < 0 || write_all(fd, half, sizeof(half)) < 0)
                        abort();
                testing_nap();
                if (write_all(fd, half, sizeof(half)) < 0)
                        abort();
                close(fd);
                for (unsigned int j = 0; j < 3; j++) /* beyond the 4 ms of a coarse stamp */
                        testing_nap();
        }
        return NULL;
}

static bool is_uniform(const struct source *source)
{
        return source->size == 65536 &&
               memcmp(source->data, source->data + 1, source->size - 1) == 0;
}

static void begin_writer(void **state, struct writer *writer, void *(*run)(void *), pthread_t *ret)
{
        char text[65537];

        memset(text, 'a', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        writer->path = testing_path(state, "a.cfg");
        writer->other = testing_path(state, "a.cfg.tmp");
        testing_write_file(writer->path, text);
        assert_int_equal(pthread_create(ret, NULL, run, writer), 0);
}

static void renames_are_never_read_as_a_mixture(void **state)
{
        struct writer writer = {.stop = false};
        unsigned int whole = 0;
        pthread_t thread;

        begin_writer(state, &writer, rename_over, &thread);
        for (unsigned int i = 0; i < 2000; i++) {
                struct source source = look(writer.path, NULL);

                assert_true(source.result == SOURCE_READ || source.result == SOURCE_TORN);
                if (source.result == SOURCE_READ) {
                        assert_true(is_uniform(&source));
                        whole++;
                } else {
                        assert_null(source.data);
                }
                source_clear(&source);
        }
        writer.stop = true;
        pthread_join(thread, NULL);
        assert_true(whole > 0);
}

/* With the probe, no read that claims to be whole and without a writer is a partial one. */
static void a_save_in_place_is_never_taken_for_finished(void **state)
{
        const struct digest known = {.bytes = {0}};
        struct writer writer = {.stop = false};
        unsigned int whole = 0, dubious = 0;
        pthread_t thread;

        signal(SIGIO, SIG_IGN);
        begin_writer(state, &writer, write_in_place, &thread);
        while (whole < 100 || dubious < 100) {
                struct source source = look(writer.path, &known);

                if (source.result == SOURCE_READ && source.writer == SOURCE_WRITER_NONE) {
                        assert_true(is_uniform(&source));
                        whole++;
                } else {
                        dubious++;
                }
                source_clear(&source);
        }
        writer.stop = true;
        pthread_join(thread, NULL);
        signal(SIGIO, SIG_DFL);
}

/* ------------------------------------------------------------------------- parsing */

static void what_was_read_becomes_a_snapshot(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        _cleanup_(cfgw_report_free_p) cfgw_report *report = NULL;
        _cleanup_free_ struct snapshot *snapshot = NULL;
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_STRICT);
        struct source source;
        struct digest digest;

        testing_write_file(path, "datastore: abc\n\tpath /a\n");
        source = look(path, NULL);
        assert_int_equal(report_new(&report), 0);
        assert_int_equal(source_parse(&source, "datastore", path, &rules, report, &snapshot), 0);
        assert_string_equal(snapshot_domain(snapshot), "datastore");
        assert_string_equal(snapshot_path(snapshot), path);
        assert_int_equal(snapshot_source_size(snapshot), source.size);
        digest = snapshot_digest(snapshot);
        assert_true(digest_equal(&digest, &source.digest));
        assert_non_null(snapshot_find(snapshot, "abc"));
        source_clear(&source);
}

static void what_does_not_parse_is_reported(void **state)
{
        const char *path = testing_path(state, "a.cfg");
        _cleanup_(cfgw_report_free_p) cfgw_report *report = NULL;
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_TOLERANT);
        struct snapshot *snapshot = NULL;
        struct source source;
        uint32_t line;

        testing_write_file(path, "datastore: abc\n");
        source = look(path, NULL);
        assert_int_equal(report_new(&report), 0);
        assert_int_equal(source_parse(&source, "datastore", path, &rules, report, &snapshot),
                         -EBADMSG);
        assert_null(snapshot);
        assert_non_null(report_get_error(report, &line));
        assert_int_equal(line, 1);
        assert_int_equal(source_parse(&source, "datastore", path, &rules, NULL, &snapshot),
                         -EBADMSG);
        source_clear(&source);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_file_is_read_whole_with_its_digest),
                TEST(an_empty_file_is_content),
                TEST(what_is_not_there_is_missing),
                TEST(what_is_no_regular_file_is_refused_at_once),
                TEST(a_file_over_the_bound_is_refused),
                TEST(more_than_the_size_says_is_torn),
                TEST(a_lease_that_has_to_be_broken_is_waited_for),
                TEST(a_loop_of_links_is_unreadable),
                TEST(a_file_behind_a_link_is_read),
                TEST(a_writer_is_seen_when_the_content_is_another),
                TEST(a_kept_mapping_counts_as_a_writer),
                TEST(what_moves_under_the_read_is_torn),
                TEST(renames_are_never_read_as_a_mixture),
                TEST(a_save_in_place_is_never_taken_for_finished),
                TEST(what_was_read_becomes_a_snapshot),
                TEST(what_does_not_parse_is_reported),
        };

        return TESTING_RUN(tests);
}
