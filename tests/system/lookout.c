/* SPDX-License-Identifier: MIT */
#include "lookout.h"

#include "testing.h"
#include "util.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOOKUPS_IN_A_ROW 500
#define REST_NSEC 100000 /* between two rows: two cores must do for all of the tests */
#define SEEN_SIZE 4096

struct lookout {
        cfgw_reader *reader;
        pthread_t thread;
        atomic_bool stop;
        _Atomic uint64_t count;
        const cfgw_config *last;  /* for comparison only; held by the reader */
        uint64_t last_generation; /* an address may come back */
        char seen[SEEN_SIZE]; /* tags, each with a blank in front; written by the thread alone */
        char last_tag[32];
        char error[128]; /* the first thing that was wrong */
};

void content_write(char ret[CONTENT_SIZE_MAX], const char *tag)
{
        size_t size = 0;

        for (unsigned int i = 0; i < CONTENT_STORES; i++)
                size += (size_t)snprintf(ret + size, CONTENT_SIZE_MAX - size,
                                         "%sdatastore: ds%04u\n\tcomment %s\n\tpath /mnt/%s/%04u\n",
                                         i ? "\n" : "", i, tag, tag, i);
        assert_true(size < CONTENT_SIZE_MAX);
}

const char *content_tag(const cfgw_config *config)
{
        const cfgw_section *section = cfgw_config_section_at(config, 0);
        const char *tag = section ? cfgw_section_get(section, "comment") : NULL, *comment, *path;
        char expected[64];

        if (!tag || cfgw_config_section_count(config) != CONTENT_STORES)
                return NULL;
        for (unsigned int i = 0; i < CONTENT_STORES; i++) {
                section = cfgw_config_section_at(config, i);
                comment = cfgw_section_get(section, "comment");
                path = cfgw_section_get(section, "path");
                snprintf(expected, sizeof(expected), "/mnt/%s/%04u", tag, i);
                if (!comment || strcmp(comment, tag) != 0 || !path || strcmp(path, expected) != 0)
                        return NULL;
        }
        return tag;
}

static void note(struct lookout *lookout, const cfgw_config *config)
{
        const char *tag = content_tag(config);
        size_t used = strlen(lookout->seen);

        if (!tag) {
                snprintf(lookout->error, sizeof(lookout->error),
                         "a content that is not whole, with %zu sections, generation %llu",
                         cfgw_config_section_count(config),
                         (unsigned long long)cfgw_config_generation(config));
                return;
        }
        /* The same content may come in another block, read by the library itself. */
        if (strcmp(tag, lookout->last_tag) == 0)
                return;
        snprintf(lookout->last_tag, sizeof(lookout->last_tag), "%s", tag);
        snprintf(lookout->seen + used, SEEN_SIZE - used, "%s%s", used ? " " : "", tag);
}

static void look(struct lookout *lookout)
{
        const cfgw_config *config;
        const cfgw_section *section;
        int r = cfgw_reader_config(lookout->reader, &config);

        if (r < 0) {
                snprintf(lookout->error, sizeof(lookout->error), "no content: %s", strerror(-r));
                return;
        }
        if (config != lookout->last || cfgw_config_generation(config) != lookout->last_generation) {
                lookout->last = config;
                lookout->last_generation = cfgw_config_generation(config);
                note(lookout, config);
                return;
        }
        section = cfgw_config_section(config, "ds0123");
        if (!section || !cfgw_section_get(section, "path"))
                snprintf(lookout->error, sizeof(lookout->error), "a section went missing");
}

static void *run(void *userdata)
{
        const struct timespec rest = {.tv_nsec = REST_NSEC};
        struct lookout *lookout = userdata;

        while (!atomic_load(&lookout->stop) && !lookout->error[0]) {
                for (int i = 0; i < LOOKUPS_IN_A_ROW && !lookout->error[0]; i++)
                        look(lookout);
                atomic_fetch_add(&lookout->count, LOOKUPS_IN_A_ROW);
                nanosleep(&rest, NULL);
        }
        if (!lookout->error[0])
                look(lookout); /* what came while it rested */
        return NULL;
}

struct lookout *lookout_start(cfgw_client *client)
{
        struct lookout *lookout = calloc(1, sizeof(*lookout));

        assert_non_null(lookout);
        assert_int_equal(cfgw_reader_new(client, "datastore", &lookout->reader), 0);
        assert_int_equal(pthread_create(&lookout->thread, NULL, run, lookout), 0);
        WAIT_FOR(lookout_count(lookout) > 0);
        return lookout;
}

static void stop(struct lookout *lookout)
{
        if (atomic_exchange(&lookout->stop, true))
                return;
        pthread_join(lookout->thread, NULL);
}

void lookout_assert(struct lookout *lookout, const char *tags)
{
        stop(lookout);
        assert_string_equal(lookout->error, "");
        if (tags)
                assert_string_equal(lookout->seen, tags);
}

struct lookout *lookout_free(struct lookout *lookout)
{
        if (!lookout)
                return NULL;
        stop(lookout);
        cfgw_reader_free(lookout->reader);
        free(lookout);
        return NULL;
}

uint64_t lookout_count(const struct lookout *lookout)
{
        return atomic_load(&lookout->count);
}
