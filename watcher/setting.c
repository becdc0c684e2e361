/* SPDX-License-Identifier: MIT */
#include "setting.h"

#include "byte_size.h"
#include "log.h"
#include "names.h"

#include <math.h>
#include <string.h>

#define HISTORY_LENGTH_MAX 1000000
#define SECONDS_MAX 86400.0 /* nobody waits a day on purpose */
#define SECONDS_MIN 0.001

static const char *set_string(char **target, const char *value)
{
        char *copy;

        if (*value == '\0')
                return "must not be empty";
        copy = strdup(value);
        if (!copy)
                return "out of memory";
        free(*target);
        *target = copy;
        return NULL;
}

/* A relative path is meant from where the daemon was started. */
const char *setting_path(char **target, const char *value)
{
        _cleanup_free_ char *here = NULL, *joined = NULL;

        if (value[0] == '/' || *value == '\0')
                return set_string(target, value);
        here = getcwd(NULL, 0);
        joined = here ? format_string("%s/%s", here, value) : NULL;
        return joined ? set_string(target, joined) : "the working directory is not known";
}

static const char *set_seconds(uint64_t *target, const char *value)
{
        char *end;
        double seconds;

        /* strtod() would take blanks, signs, hex and words as well. */
        if (*value == '\0' || strspn(value, "0123456789.") != strlen(value))
                return "must be a number of seconds, such as 0.25";
        seconds = strtod(value, &end);
        if (*end != '\0' || !isfinite(seconds))
                return "must be a number of seconds, such as 0.25";
        if (seconds < SECONDS_MIN || seconds > SECONDS_MAX)
                return "must be from 0.001 to 86400 seconds";
        *target = (uint64_t)(seconds * 1e6 + 0.5);
        return NULL;
}

const char *setting_time(struct settle_times *times, const char *key, const char *value,
                         bool *ret_known)
{
        const struct {
                const char *key;
                uint64_t *target;
        } table[] = {
                {"ttl", &times->ttl_usec},
                {"ttl-blind", &times->ttl_blind_usec},
                {"settle-weak", &times->weak_usec},
                {"settle-in-place", &times->in_place_usec},
                {"settle-confirm", &times->confirm_usec},
                {"settle-writer", &times->writer_usec},
                {"settle-defer", &times->defer_usec},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (strcmp(key, table[i].key) == 0)
                        return set_seconds(table[i].target, value);
        *ret_known = false;
        return NULL;
}

const char *setting_empty(enum domain_empty *target, const char *value)
{
        if (strcmp(value, "accept") == 0)
                *target = DOMAIN_EMPTY_ACCEPT;
        else if (strcmp(value, "refuse") == 0)
                *target = DOMAIN_EMPTY_REFUSE;
        else
                return "must be accept or refuse";
        return NULL;
}

const char *setting_missing(enum domain_missing *target, const char *value)
{
        if (strcmp(value, "keep") == 0)
                *target = DOMAIN_MISSING_KEEP;
        else if (strcmp(value, "empty") == 0)
                *target = DOMAIN_MISSING_EMPTY;
        else
                return "must be keep or empty";
        return NULL;
}

const char *setting_log_level(int *target, const char *value)
{
        static const struct {
                const char *name;
                int level;
        } levels[] = {
                {"error", LOG_ERR}, {"warning", LOG_WARNING}, {"notice", LOG_NOTICE},
                {"info", LOG_INFO}, {"debug", LOG_DEBUG},
        };

        for (size_t i = 0; i < ELEMENTS(levels); i++) {
                if (strcmp(value, levels[i].name) == 0) {
                        *target = levels[i].level;
                        return NULL;
                }
        }
        return "must be error, warning, notice, info or debug";
}

const char *setting_history(size_t *target, const char *value)
{
        uint64_t number;

        if (parse_u64(value, &number) < 0 || number < 1 || number > HISTORY_LENGTH_MAX)
                return "must be a number from 1 to 1000000";
        *target = number;
        return NULL;
}

const char *setting_format(cfgw_format *target, const char *value)
{
        return format_from_name(value, target) < 0 ? "must be section-config or ini" : NULL;
}

static const char *set_size(size_t *target, const char *value, size_t max, const char *refusal)
{
        uint64_t bytes;

        if (byte_size_parse(text_of(value), &bytes, NULL) < 0 || bytes < 1 || bytes > max)
                return refusal;
        *target = bytes;
        return NULL;
}

static const char *set_count(size_t *target, const char *value, size_t max, const char *refusal)
{
        uint64_t number;

        if (parse_u64(value, &number) < 0 || number < 1 || number > max)
                return refusal;
        *target = number;
        return NULL;
}

_Static_assert(PARSE_SIZE_MAX == 128 << 20 && PARSE_LINE_MAX == 64 << 10 &&
                       PARSE_SECTIONS_MAX == 2097152 && PARSE_PROPERTIES_MAX == 256,
               "the texts below, of --help and of the man pages name them");

const char *setting_limit(struct parse_limits *limits, const char *key, const char *value,
                          bool *ret_known)
{
        if (strcmp(key, "limit-size") == 0)
                return set_size(&limits->size, value, PARSE_SIZE_MAX,
                                "must be a size from 1 byte to 128MiB");
        if (strcmp(key, "limit-line") == 0)
                return set_size(&limits->line, value, PARSE_LINE_MAX,
                                "must be a size from 1 byte to 64KiB");
        if (strcmp(key, "limit-sections") == 0)
                return set_count(&limits->sections, value, PARSE_SECTIONS_MAX,
                                 "must be a number from 1 to 2097152");
        if (strcmp(key, "limit-properties") == 0)
                return set_count(&limits->properties, value, PARSE_PROPERTIES_MAX,
                                 "must be a number from 1 to 256");
        *ret_known = false;
        return NULL;
}
