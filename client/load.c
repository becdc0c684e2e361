/* SPDX-License-Identifier: MIT */

/* One file, or what one could hold, read and checked without a daemon. */

#include "config.h"
#include "report.h"
#include "source.h"

#include <errno.h>
#include <time.h>

/* Somebody who saves is done within this many looks, or he is not saving but writing on. */
#define LOOKS_MAX 10
#define LOOK_PAUSE_USEC (5 * USEC_PER_MSEC)

#define DEFAULT_DOMAIN "datastore"
#define NO_PATH "-" /* of what came from memory */

static void pause_between_looks(void)
{
        struct timespec pause = {.tv_nsec = (long)(LOOK_PAUSE_USEC * 1000)};

        nanosleep(&pause, NULL);
}

/* Reads until a read is whole. -EAGAIN: none was. */
static int read_whole(const char *path, struct source *ret)
{
        struct source source;
        int r;

        for (unsigned int look = 0; look < LOOKS_MAX; look++) {
                if (look > 0)
                        pause_between_looks();
                r = source_read(path, PARSE_SIZE_MAX, NULL, &source);
                if (r < 0)
                        return r;
                if (source.result == SOURCE_READ) {
                        *ret = source;
                        return 0;
                }
                if (source.result != SOURCE_TORN)
                        return source.error;
        }
        return -EAGAIN;
}

/* What both entries take alike; a NULL @domain has been replaced. */
static bool are_arguments_valid(const char *domain, unsigned int flags, const cfgw_config **ret)
{
        return ret && !(flags & ~PARSE_FLAGS) && domain_name_valid(domain);
}

static int parse(const struct source *source, const char *domain, const char *path,
                 const struct parse_rules *rules, cfgw_report *report, const cfgw_config **ret)
{
        _cleanup_free_ struct snapshot *snapshot = NULL;
        int r;

        r = source_parse(source, domain, path, rules, report, &snapshot);
        if (r < 0)
                return r;
        r = config_new_from_heap(snapshot, ret);
        if (r < 0)
                return r;
        snapshot = NULL; /* the config's from now on */
        return 0;
}

/* Parses, and hands over the report whatever comes of it. */
static int parse_and_report(const struct source *source, const char *domain, const char *path,
                            unsigned int flags, const cfgw_config **ret, cfgw_report **ret_report)
{
        _cleanup_(cfgw_report_free_p) cfgw_report *report = NULL;
        struct parse_rules rules = parse_rules_of(flags);
        int r;

        r = report_new(&report);
        if (r < 0)
                return r;
        r = parse(source, domain, path, &rules, report, ret);
        if (ret_report)
                *ret_report = STEAL(report);
        return r;
}

PUBLIC int cfgw_config_load(const char *path, const char *domain, unsigned int flags,
                            const cfgw_config **ret, cfgw_report **ret_report)
{
        struct source source;
        int r;

        if (ret_report)
                *ret_report = NULL;
        if (!domain)
                domain = DEFAULT_DOMAIN;
        if (!path || !are_arguments_valid(domain, flags, ret))
                return -EINVAL;
        r = read_whole(path, &source);
        if (r < 0)
                return r;
        r = parse_and_report(&source, domain, path, flags, ret, ret_report);
        source_clear(&source);
        return r;
}

PUBLIC int cfgw_config_parse(const char *data, size_t size, const char *domain, unsigned int flags,
                             const cfgw_config **ret, cfgw_report **ret_report)
{
        struct source source = {
                .data = (char *)(uintptr_t)(data ? data : ""), /* only read */
                .size = size,
        };

        if (ret_report)
                *ret_report = NULL;
        if (!domain)
                domain = DEFAULT_DOMAIN;
        if ((!data && size > 0) || !are_arguments_valid(domain, flags, ret))
                return -EINVAL;
        if (size > PARSE_SIZE_MAX)
                return -EFBIG;
        source.digest = digest_of(source.data, source.size);
        return parse_and_report(&source, domain, NO_PATH, flags, ret, ret_report);
}
