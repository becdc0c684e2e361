/* SPDX-License-Identifier: MIT */
/*
 * What it costs to parse, check and build a snapshot, beside libinih on the same stores in its
 * own format, which does nothing with them; and how much memory a load takes at its peak. From
 * the size of the sample to a million stores. Ends with status 1 if a bound is not kept.
 */
#include "testing.h"

#include "report.h"
#include "source.h"

#include <cfgwatch/cfgwatch.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define ROUNDS 7         /* the best counts: what disturbs only adds */
#define STORE_SIZE 160   /* bytes of one, at most */
#define SPEED_BOUND 150  /* MB/s, up to BOUND_STORES */
#define INIH_BOUND 1.5   /* times what libinih takes */
#define MEMORY_BOUND 3.0 /* times the file, which is among it */
#define BOUND_STORES 100000

static int over;

static const char *judge(bool kept)
{
        over |= !kept;
        return kept ? "kept" : "NOT KEPT";
}

static size_t write_stores(char *to, const char *format, size_t count)
{
        size_t size = 0;

        for (size_t i = 1; i <= count; i++)
                size += (size_t)sprintf(to + size, format, i, i);
        return size;
}

static double parse_usec(const struct source *source)
{
        const struct parse_rules rules = parse_rules_of(CFGW_LOAD_STRICT);
        uint64_t began = testing_now(), ended;
        struct snapshot *snapshot;
        cfgw_report *report;

        assert_int_equal(report_new(&report), 0);
        assert_int_equal(source_parse(source, "datastore", "/x", &rules, report, &snapshot), 0);
        ended = testing_now();
        free(snapshot);
        cfgw_report_free(report);
        return (double)(ended - began);
}

static int count_key(void *userdata, const char *section, const char *name, const char *value)
{
        ++*(size_t *)userdata;
        return 1;
}

static double inih_usec(const char *text, size_t keys)
{
        uint64_t began = testing_now();
        size_t count = 0;

        assert_int_equal(ini_parse_string(text, count_key, &count), 0);
        assert_int_equal(count, keys);
        return (double)(testing_now() - began);
}

/* A number of /proc/self/status: getrusage(2) counts what the process was before exec as well. */
static size_t memory_kib(const char *key)
{
        FILE *stream = fopen("/proc/self/status", "re");
        char line[128];
        size_t number = 0;

        assert_non_null(stream);
        while (fgets(line, sizeof(line), stream))
                if (strncmp(line, key, strlen(key)) == 0)
                        number = strtoul(line + strlen(key), NULL, 10);
        fclose(stream);
        return number;
}

/* A process that has only this to do loads the file: what its peak rises by, in KiB. */
static size_t load_kib(const char *path, size_t stores)
{
        int told[2], status;
        size_t peak = 0;
        pid_t pid;

        assert_int_equal(pipe(told), 0);
        pid = fork();
        if (pid == 0) {
                char number[24];

                dup2(told[1], STDOUT_FILENO);
                snprintf(number, sizeof(number), "%zu", stores);
                execl("/proc/self/exe", "parse", path, number, (char *)NULL);
                _exit(1);
        }
        close(told[1]);
        assert_int_equal(read(told[0], &peak, sizeof(peak)), sizeof(peak));
        close(told[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        return peak;
}

static int load_and_tell(const char *path, size_t stores)
{
        const cfgw_config *config;
        size_t before, rise;

        /* The code that a load needs is paged in by an empty one. */
        if (cfgw_config_parse("", 0, NULL, CFGW_LOAD_STRICT, &config, NULL) < 0)
                return 1;
        before = memory_kib("VmRSS:");
        if (cfgw_config_load(path, NULL, CFGW_LOAD_STRICT, &config, NULL) < 0 ||
            cfgw_config_section_count(config) != stores)
                return 1;
        rise = memory_kib("VmHWM:") - before;
        return write(STDOUT_FILENO, &rise, sizeof(rise)) != sizeof(rise);
}

static void measure(void **state, size_t stores)
{
        char *data = malloc(stores * STORE_SIZE), *ini = malloc(stores * STORE_SIZE);
        const char *path = testing_path(state, "%zu.cfg", stores);
        struct source source = {.data = data};
        double ours = 1e18, inih = 1e18, speed, memory;

        assert_true(data && ini);
        source.size = write_stores(
                data,
                "datastore: ds%04zu\n\tcomment edit 0\n\tpath /pbsbench/pbs-bench/ds%04zu\n\n",
                stores);
        source.digest = digest_of(data, source.size);
        write_stores(ini,
                     "[datastore: ds%04zu]\ncomment=edit 0\npath=/pbsbench/pbs-bench/ds%04zu\n",
                     stores);
        for (unsigned int i = 0; i < ROUNDS; i++) {
                ours = MIN(ours, parse_usec(&source));
                inih = MIN(inih, inih_usec(ini, 2 * stores));
        }
        testing_write_file(path, data);
        free(ini);
        memory = (double)load_kib(path, stores) * 1024 / (double)source.size;
        speed = (double)source.size / ours;
        printf("%8zu stores  %9zu bytes  %9.0f us  %4.0f MB/s  %5.2f x libinih  peak %.2f x file\n",
               stores, source.size, ours, speed, ours / inih, memory);
        if (stores <= BOUND_STORES)
                printf("%8s bounds: %d MB/s: %s; %.1f x libinih: %s\n", "", SPEED_BOUND,
                       judge(speed >= SPEED_BOUND), INIH_BOUND, judge(ours / inih <= INIH_BOUND));
        printf("%8s bound: peak %.0f x file: %s\n", "", MEMORY_BOUND,
               judge(memory <= MEMORY_BOUND));
        free(data);
}

int main(int argc, char **argv)
{
        static const size_t counts[] = {1000, 10000, 100000, 1000000};
        void *state = NULL;

        if (argc == 3)
                return load_and_tell(argv[1], strtoul(argv[2], NULL, 10));
        setvbuf(stdout, NULL, _IOLBF, 0);
        assert_int_equal(testing_setup(&state), 0);
        for (size_t i = 0; i < ELEMENTS(counts); i++)
                measure(&state, counts[i]);
        return testing_teardown(&state) != 0 || over;
}
