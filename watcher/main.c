/* SPDX-License-Identifier: MIT */
#include "daemon.h"
#include "descriptors.h"
#include "log.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>

#define EXIT_USAGE 2
#define DESCRIPTORS_MAX 32768     /* of 4096 domains two each, and three of each with the disk */
#define KEPT_MEMORY (1024 * 1024) /* bytes: a file with some thousand sections */

static int run(const struct options *options)
{
        _cleanup_(daemon_free_p) struct daemon *daemon = NULL;

        log_set_level(options->log_level);
        descriptors_allow(DESCRIPTORS_MAX);
        if (daemon_new(options, &daemon) < 0 || daemon_run(daemon) < 0)
                return EXIT_FAILURE;
        return EXIT_SUCCESS;
}

/*
 * What one edit took is kept for the next: to give it back to the kernel each time, and take
 * and clear new pages, is a tenth of what an edit costs. Larger files do without.
 */
static void keep_memory(void)
{
        mallopt(M_MMAP_THRESHOLD, KEPT_MEMORY);
        mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
}

/* Whoever starts us without these must not find our files in their places, and logs in them. */
static int open_standard_fds(void)
{
        int fd;

        do
                fd = open("/dev/null", O_RDWR); /* the lowest that is free */
        while (fd >= 0 && fd <= STDERR_FILENO);
        close_p(&fd);
        return fd < 0 ? -1 : 0;
}

static int show(const char *text)
{
        if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
                return EXIT_SUCCESS;
        perror("cfgwatchd: cannot write the output");
        return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
        _cleanup_(options_clear) struct options options = {.count = 0};
        _cleanup_free_ char *error = NULL;

        if (open_standard_fds() < 0)
                return EXIT_FAILURE;
        keep_memory();
        switch (options_parse(argc, argv, PUBLISHER_PROGRAM, &options, &error)) {
        case OPTIONS_RUN:
                return run(&options);
        case OPTIONS_SHOW_HELP:
                return show(options_help);
        case OPTIONS_SHOW_VERSION:
                return show("cfgwatchd " PACKAGE_VERSION "\n");
        default:
                fprintf(stderr, "cfgwatchd: %s\n", error ? error : "out of memory");
                return EXIT_USAGE;
        }
}
