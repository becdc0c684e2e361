/* SPDX-License-Identifier: MIT */
/*
 * Both sources of settings, command line and file, go through one table of settings, so that
 * each has the same name, check and message in both. The file is read first, whatever the
 * order of the arguments; the command line then overrides it.
 */
#include "options.h"

#include "inifile.h"
#include "log.h"
#include "setting.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define DOMAINS_MAX 4096              /* slots of a board */
#define CONFIG_SIZE_MAX (1024 * 1024) /* bytes: 4096 domains fit */

const char options_help[] =
        "Usage: cfgwatchd [OPTION]...\n"
        "Watches config files and gives each accepted content a generation number.\n"
        "\n"
        "      --config FILE             read settings from this INI file\n"
        "      --watch NAME=PATH         watch PATH as domain NAME (may be repeated)\n"
        "      --runtime-directory DIR   board, snapshots and sockets\n"
        "                                (default /run/cfgwatch or $XDG_RUNTIME_DIR/cfgwatch)\n"
        "      --state-directory DIR     history of accepted contents\n"
        "                                (default /var/lib/cfgwatch or $XDG_STATE_HOME/cfgwatch)\n"
        "      --ttl SECONDS             re-read without any event this often (10)\n"
        "      --ttl-blind SECONDS       ... where events cannot be relied on (5)\n"
        "      --settle-weak SECONDS     look again so long after a half event (0.05)\n"
        "      --settle-in-place SECONDS a save in place must rest so long (0.25)\n"
        "      --settle-confirm SECONDS  suspicious or broken content must rest so long (2)\n"
        "      --settle-writer SECONDS   ... while a program has the file open for writing (3)\n"
        "      --settle-defer SECONDS    longest wait for a file that never rests (5)\n"
        "      --empty accept|refuse     what a file that was emptied is: content, after it has\n"
        "                                rested, or invalid (accept)\n"
        "      --missing keep|empty      what a missing file does: the last good content stays, "
        "or\n"
        "                                it is as an empty file (keep)\n"
        "      --limit-size BYTES        the most that is taken of a file (128MiB),\n"
        "      --limit-line BYTES        ... in one line (64KiB),\n"
        "      --limit-sections COUNT    ... of sections (2097152),\n"
        "      --limit-properties COUNT  ... of properties in one section (256)\n"
        "      --history COUNT           accepted contents to keep of each domain (100)\n"
        "      --publisher PROGRAM       the nanomsg helper\n"
        "      --log-level LEVEL         error, warning, notice, info (default) or debug\n"
        "      --help, --version\n"
        "\n"
        "SIGTERM and SIGINT stop the daemon, SIGHUP makes it look at every file.\n";

void options_clear(struct options *options)
{
        free(options->runtime_directory);
        free(options->state_directory);
        free(options->publisher);
        for (size_t i = 0; i < options->count; i++) {
                free((char *)options->domains[i].name);
                free((char *)options->domains[i].path);
        }
        free(options->domains);
        *options = (struct options){.count = 0};
}

/* ----------------------------------------------------------------- settings */

/* Each returns NULL or why @value is refused (static text). */

/* What a domain may have of its own, or the daemon for all of them. */
static const char *set_shared(struct settle_times *times, struct parse_limits *limits,
                              const char *key, const char *value, bool *ret_known)
{
        if (strncmp(key, "limit-", strlen("limit-")) == 0)
                return setting_limit(limits, key, value, ret_known);
        return setting_time(times, key, value, ret_known);
}

/* One setting of the whole daemon. */
static const char *set(struct options *options, const char *key, const char *value, bool *ret_known)
{
        *ret_known = true;
        if (strcmp(key, "runtime-directory") == 0)
                return setting_path(&options->runtime_directory, value);
        if (strcmp(key, "state-directory") == 0)
                return setting_path(&options->state_directory, value);
        if (strcmp(key, "publisher") == 0)
                return setting_path(&options->publisher, value);
        if (strcmp(key, "log-level") == 0)
                return setting_log_level(&options->log_level, value);
        if (strcmp(key, "history") == 0)
                return setting_history(&options->history_length, value);
        if (strcmp(key, "empty") == 0)
                return setting_empty(&options->empty, value);
        if (strcmp(key, "missing") == 0)
                return setting_missing(&options->missing, value);
        return set_shared(&options->times, &options->limits, key, value, ret_known);
}

/* ------------------------------------------------------------------ domains */

static struct domain_options *domain_find(const struct options *options, const char *name)
{
        for (size_t i = 0; i < options->count; i++)
                if (strcmp(options->domains[i].name, name) == 0)
                        return &options->domains[i];
        return NULL;
}

/* What is 0 is as the daemon's. NULL without memory. */
static struct domain_options *domain_add(struct options *options, const char *name)
{
        struct domain_options *larger;

        larger = reallocarray(options->domains, options->count + 1, sizeof(*larger));
        if (!larger)
                return NULL;
        options->domains = larger;
        larger += options->count;
        *larger = (struct domain_options){
                .name = strdup(name),
                .rules = {.format = CFGW_FORMAT_SECTION_CONFIG, .strict = false},
        };
        if (!larger->name)
                return NULL;
        options->count++;
        return larger;
}

/* A domain is a directory in the runtime and the state directory, beside these files. */
static bool is_file_of_ours(const char *name)
{
        static const char *const files[] = {"board", "control", "events", "lock"};

        for (size_t i = 0; i < ELEMENTS(files); i++)
                if (strcmp(name, files[i]) == 0)
                        return true;
        return false;
}

/* Finds the domain @name, or makes it. */
static const char *take_domain(struct options *options, const char *name,
                               struct domain_options **ret)
{
        struct domain_options *domain = domain_find(options, name);

        if (!domain_name_valid(name))
                return "a domain's name has 1 to 63 of a-z, 0-9 and '-', and no '-' in front";
        if (is_file_of_ours(name))
                return "a domain cannot be called board, control, events or lock: those are files "
                       "of the daemon";
        if (!domain && options->count >= DOMAINS_MAX)
                return "there are too many domains";
        if (!domain)
                domain = domain_add(options, name);
        if (!domain)
                return "out of memory";
        *ret = domain;
        return NULL;
}

static const char *set_domain(struct options *options, const char *name, const char *key,
                              const char *value, bool *ret_known)
{
        struct domain_options *domain;
        const char *refusal = take_domain(options, name, &domain);

        *ret_known = true;
        if (refusal)
                return refusal;
        if (strcmp(key, "path") == 0)
                return setting_path((char **)&domain->path, value);
        if (strcmp(key, "empty") == 0)
                return setting_empty(&domain->empty, value);
        if (strcmp(key, "missing") == 0)
                return setting_missing(&domain->missing, value);
        if (strcmp(key, "format") == 0)
                return setting_format(&domain->rules.format, value);
        return set_shared(&domain->times, &domain->rules.limits, key, value, ret_known);
}

static const char *set_watch(struct options *options, const char *value)
{
        const char *equals = strchr(value, '=');
        _cleanup_free_ char *name = NULL;
        bool known;

        if (!equals)
                return "must be NAME=PATH";
        name = strndup(value, (size_t)(equals - value));
        if (!name)
                return "out of memory";
        return set_domain(options, name, "path", equals + 1, &known);
}

/* --------------------------------------------------------------------- file */

#define DAEMON_SECTION "daemon"
#define DOMAIN_SECTION "domain " /* and its name */

static bool is_domain_section(const char *section)
{
        return strncmp(section, DOMAIN_SECTION, strlen(DOMAIN_SECTION)) == 0;
}

/* A section without a key says something, too: that there is a domain. */
static int take_section(void *userdata, struct text name, struct inifile_error *error)
{
        _cleanup_free_ char *section = strndup(name.data, name.size);
        struct domain_options *domain;
        const char *reason = NULL;

        if (!section)
                return -ENOMEM;
        if (is_domain_section(section))
                reason = take_domain(userdata, section + strlen(DOMAIN_SECTION), &domain);
        else if (strcmp(section, DAEMON_SECTION) != 0)
                reason = "unknown section, must be [daemon] or [domain NAME]";
        if (!reason)
                return 0;
        snprintf(error->reason, sizeof(error->reason), "[%s]: %s", section, reason);
        return -EBADMSG;
}

static int take_setting(void *userdata, const char *section, const char *key, const char *value,
                        struct inifile_error *error)
{
        struct options *options = userdata;
        const char *reason = NULL;
        bool known = true;

        if (is_domain_section(section))
                reason = set_domain(options, section + strlen(DOMAIN_SECTION), key, value, &known);
        else if (*section != '\0')
                reason = set(options, key, value, &known);
        else
                reason = "must be behind [daemon] or [domain NAME]";
        if (!known)
                reason = "unknown key";
        if (!reason)
                return 0;
        snprintf(error->reason, sizeof(error->reason), "[%s] %s: %s", section, key, reason);
        return -EBADMSG;
}

static int read_config(struct options *options, const char *path, char **error)
{
        static const struct inifile_handler handler = {
                .section = take_section, .property = take_setting, .comments = true};
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        _cleanup_free_ char *data = NULL;
        struct inifile_error wrong;
        size_t size;
        int r;

        r = fd < 0 ? -errno : read_all(fd, 0, CONFIG_SIZE_MAX, &data, &size);
        if (r < 0) {
                *error = format_string("%s: %s", path, strerror(-r));
                return -EINVAL;
        }
        r = inifile_parse((struct text){data, size}, &handler, options, &wrong);
        if (r == 0)
                return 0;
        *error = r == -EBADMSG ? format_string("%s:%u: %s", path, wrong.line, wrong.reason)
                               : format_string("%s: %s", path, strerror(-r));
        return -EINVAL;
}

/* ------------------------------------------------------------- command line */

#define SETTING 256 /* above any letter */

/* Each a code of its own: of those with the same one, getopt takes an abbreviation for the first.
 */
#define NAMED(name)                                                                                \
        {                                                                                          \
                name, required_argument, NULL, SETTING + __LINE__                                  \
        }

static const struct option long_options[] = {
        {"config", required_argument, NULL, 'c'},
        {"watch", required_argument, NULL, 'w'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        NAMED("runtime-directory"),
        NAMED("state-directory"),
        NAMED("publisher"),
        NAMED("log-level"),
        NAMED("history"),
        NAMED("empty"),
        NAMED("missing"),
        NAMED("limit-size"),
        NAMED("limit-line"),
        NAMED("limit-sections"),
        NAMED("limit-properties"),
        NAMED("ttl"),
        NAMED("ttl-blind"),
        NAMED("settle-weak"),
        NAMED("settle-in-place"),
        NAMED("settle-confirm"),
        NAMED("settle-writer"),
        NAMED("settle-defer"),
        {NULL, 0, NULL, 0},
};

/* @argument: the one that getopt has just refused. */
static char *describe_refused(int option, const char *argument)
{
        if (option == ':')
                return format_string("%s: missing argument", argument);
        if (optopt && strncmp(argument, "--", 2) != 0)
                return format_string("-%c: unknown option, see --help", optopt);
        return format_string("%s: unknown option, or one of several, see --help", argument);
}

static int take_option(struct options *options, int option, const char *name, char **error)
{
        const char *reason;
        bool known;

        switch (option) {
        case 'h':
                return OPTIONS_SHOW_HELP;
        case 'v':
                return OPTIONS_SHOW_VERSION;
        case 'c': /* read before the others */
                return OPTIONS_RUN;
        case 'w':
                reason = set_watch(options, optarg);
                break;
        default:
                reason = set(options, name, optarg, &known);
                break;
        }
        if (!reason)
                return OPTIONS_RUN;
        *error = format_string("--%s %s: %s", name, optarg, reason);
        return -EINVAL;
}

/* Goes through the arguments; with @only_config for that one option, else for the others. */
static int take_arguments(struct options *options, int argc, char **argv, bool only_config,
                          char **error)
{
        int option, index = 0, r = OPTIONS_RUN;

        optind = 0; /* glibc: start anew */
        opterr = 0;
        while (r == OPTIONS_RUN &&
               (option = getopt_long(argc, argv, ":", long_options, &index)) != -1) {
                if (only_config && option == 'c') {
                        r = read_config(options, optarg, error);
                } else if (!only_config && (option == '?' || option == ':')) {
                        *error = describe_refused(option, argv[optind - 1]);
                        r = -EINVAL;
                } else if (!only_config) {
                        r = take_option(options, option, long_options[index].name, error);
                }
        }
        if (!only_config && r == OPTIONS_RUN && optind < argc) {
                *error = format_string("%s: no arguments but options are taken", argv[optind]);
                r = -EINVAL;
        }
        return r;
}

/* ----------------------------------------------------------------- defaults */

static char *default_state_directory(void)
{
        const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

        if (geteuid() == 0)
                return strdup("/var/lib/cfgwatch");
        if (xdg && xdg[0] == '/')
                return format_string("%s/cfgwatch", xdg);
        if (home && home[0] == '/')
                return format_string("%s/.local/state/cfgwatch", home);
        return strdup("/var/lib/cfgwatch");
}

static void fill_times(struct settle_times *times, const struct settle_times *defaults)
{
        const size_t count = sizeof(*times) / sizeof(uint64_t);
        const uint64_t *from = (const uint64_t *)defaults;
        uint64_t *to = (uint64_t *)times;

        /* Nothing but times is in there. */
        for (size_t i = 0; i < count; i++)
                if (to[i] == 0)
                        to[i] = from[i];
}

static void fill_limits(struct parse_limits *limits, const struct parse_limits *defaults)
{
        if (limits->size == 0)
                limits->size = defaults->size;
        if (limits->line == 0)
                limits->line = defaults->line;
        if (limits->sections == 0)
                limits->sections = defaults->sections;
        if (limits->properties == 0)
                limits->properties = defaults->properties;
}

static int fill_defaults(struct options *options, const char *publisher, char **error)
{
        if (!options->runtime_directory)
                options->runtime_directory = default_runtime_directory(false);
        if (!options->state_directory)
                options->state_directory = default_state_directory();
        if (!options->publisher)
                options->publisher = strdup(publisher);
        if (!options->runtime_directory || !options->state_directory || !options->publisher)
                return -ENOMEM;
        if (options->count == 0) {
                *error = strdup("nothing to watch: give --watch NAME=PATH or --config FILE");
                return -EINVAL;
        }
        for (size_t i = 0; i < options->count; i++) {
                struct domain_options *domain = &options->domains[i];

                if (!domain->path) {
                        *error = format_string("domain %s has no path", domain->name);
                        return -EINVAL;
                }
                /* The path is in the snapshots, whose strings are. */
                if (!utf8_valid(domain->path, strlen(domain->path))) {
                        *error = format_string("domain %s: the path is not UTF-8", domain->name);
                        return -EINVAL;
                }
                fill_times(&domain->times, &options->times);
                fill_limits(&domain->rules.limits, &options->limits);
                domain->history_length = options->history_length;
                if (domain->empty == DOMAIN_EMPTY_UNSAID)
                        domain->empty = options->empty;
                if (domain->missing == DOMAIN_MISSING_UNSAID)
                        domain->missing = options->missing;
        }
        return 0;
}

int options_parse(int argc, char **argv, const char *publisher, struct options *ret, char **error)
{
        struct options options = {
                .log_level = LOG_INFO,
                .history_length = HISTORY_LENGTH_DEFAULT,
                .empty = DOMAIN_EMPTY_ACCEPT,
                .missing = DOMAIN_MISSING_KEEP,
                .limits = PARSE_LIMITS_DEFAULT,
                .times = SETTLE_TIMES_DEFAULT,
        };
        int r, action = OPTIONS_RUN;

        *error = NULL;
        r = take_arguments(&options, argc, argv, true, error);
        if (r == 0)
                r = action = take_arguments(&options, argc, argv, false, error);
        if (r == OPTIONS_RUN)
                r = fill_defaults(&options, publisher, error);
        if (r < 0) {
                options_clear(&options);
                return -EINVAL;
        }
        *ret = options;
        return action;
}
