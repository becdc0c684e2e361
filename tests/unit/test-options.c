/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "log.h"
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MAX 24

/* Splits @line at blanks and parses it as a command line. */
static int parse(const char *line, struct options *ret, char **error)
{
        _cleanup_free_ char *copy = strdup(line);
        char program[] = "cfgwatchd";
        char *argv[ARGUMENTS_MAX + 1] = {program}, *rest = copy;
        int argc = 1;

        for (char *word; (word = strsep(&rest, " ")) && argc < ARGUMENTS_MAX;)
                if (*word)
                        argv[argc++] = word;
        argv[argc] = NULL;
        return options_parse(argc, argv, "/helper", ret, error);
}

static void assert_refused(const char *line, const char *reason)
{
        struct options options;
        char *error = NULL;

        assert_int_equal(parse(line, &options, &error), -EINVAL);
        assert_non_null(error);
        if (!strstr(error, reason))
                fail_msg("'%s' does not say '%s'", error, reason);
        free(error);
}

static void test_arguments_alone_are_enough(void **state)
{
        struct options options;
        char *error;

        assert_int_equal(parse("--watch datastore=/etc/a.cfg --watch user=/etc/b.cfg --ttl 0.5 "
                               "--runtime-directory /r --state-directory /s --history 7 "
                               "--log-level debug --settle-confirm 1.25",
                               &options, &error),
                         OPTIONS_RUN);
        assert_int_equal(options.count, 2);
        assert_string_equal(options.domains[0].name, "datastore");
        assert_string_equal(options.domains[0].path, "/etc/a.cfg");
        assert_string_equal(options.domains[1].name, "user");
        assert_int_equal(options.domains[1].times.ttl_usec, 500000);
        assert_int_equal(options.domains[1].times.confirm_usec, 1250000);
        assert_int_equal(options.domains[1].times.weak_usec, SETTLE_TIMES_DEFAULT.weak_usec);
        assert_int_equal(options.domains[1].history_length, 7);
        assert_string_equal(options.runtime_directory, "/r");
        assert_string_equal(options.state_directory, "/s");
        assert_string_equal(options.publisher, "/helper");
        assert_int_equal(options.log_level, LOG_DEBUG);
        options_clear(&options);
}

static void test_file_is_overridden_by_arguments_wherever_they_stand(void **state)
{
        const char *path = testing_path(state, "conf");
        _cleanup_free_ char *line = format_string("--ttl 3 --config %s --watch b=/y", path);
        struct options options;
        char *error;

        testing_write_file(path, "[daemon]\nttl = 7\nhistory = 5\n\n[domain a]\npath = /x\n"
                                 "settle-writer = 9\n[domain b]\npath = /z\nttl = 2\n");
        assert_int_equal(parse(line, &options, &error), OPTIONS_RUN);
        assert_int_equal(options.count, 2);
        assert_int_equal(options.domains[0].times.ttl_usec, 3000000);
        assert_int_equal(options.domains[0].times.writer_usec, 9000000);
        assert_int_equal(options.domains[1].times.ttl_usec, 2000000);
        assert_string_equal(options.domains[1].path, "/y");
        assert_int_equal(options.history_length, 5);
        options_clear(&options);
}

static void test_guards_are_the_daemons_unless_a_domain_has_its_own(void **state)
{
        const char *path = testing_path(state, "conf");
        _cleanup_free_ char *line = format_string("--config %s --watch d=/w", path);
        struct options options;
        char *error;

        testing_write_file(path, "[daemon]\nempty = refuse\nmissing = empty\n"
                                 "[domain a]\npath = /x\n[domain b]\npath = /y\nempty = accept\n"
                                 "[domain c]\npath = /z\nmissing = keep\n");
        assert_int_equal(parse(line, &options, &error), OPTIONS_RUN);
        assert_int_equal(options.count, 4);
        assert_int_equal(options.domains[0].empty, DOMAIN_EMPTY_REFUSE);
        assert_int_equal(options.domains[0].missing, DOMAIN_MISSING_EMPTY);
        assert_int_equal(options.domains[1].empty, DOMAIN_EMPTY_ACCEPT);
        assert_int_equal(options.domains[1].missing, DOMAIN_MISSING_EMPTY);
        assert_int_equal(options.domains[2].empty, DOMAIN_EMPTY_REFUSE);
        assert_int_equal(options.domains[2].missing, DOMAIN_MISSING_KEEP);
        assert_int_equal(options.domains[3].empty, DOMAIN_EMPTY_REFUSE);
        options_clear(&options);

        assert_int_equal(parse("--watch a=/x", &options, &error), OPTIONS_RUN);
        assert_int_equal(options.domains[0].empty, DOMAIN_EMPTY_ACCEPT);
        assert_int_equal(options.domains[0].missing, DOMAIN_MISSING_KEEP);
        options_clear(&options);
}

static void test_formats_and_limits_are_of_a_domain_or_of_all(void **state)
{
        const char *path = testing_path(state, "conf");
        _cleanup_free_ char *line = format_string("--config %s --limit-properties 7", path);
        struct options options;
        const struct parse_rules *a, *b;
        char *error;

        testing_write_file(path, "[daemon]\nlimit-size = 1 MiB\nlimit-sections = 3\n"
                                 "[domain a]\npath = /x\nformat = ini\nlimit-size = 17\n"
                                 "limit-line = 2KiB\nlimit-sections = 1\nlimit-properties = 256\n"
                                 "[domain b]\npath = /z\n");
        assert_int_equal(parse(line, &options, &error), OPTIONS_RUN);
        a = &options.domains[0].rules;
        b = &options.domains[1].rules;
        assert_int_equal(a->format, CFGW_FORMAT_INI);
        assert_false(a->strict);
        assert_int_equal(a->limits.size, 17);
        assert_int_equal(a->limits.line, 2048);
        assert_int_equal(a->limits.sections, 1);
        assert_int_equal(a->limits.properties, 256);
        assert_int_equal(b->format, CFGW_FORMAT_SECTION_CONFIG);
        assert_int_equal(b->limits.size, 1 << 20);
        assert_int_equal(b->limits.line, 65536);
        assert_int_equal(b->limits.sections, 3);
        assert_int_equal(b->limits.properties, 7);
        options_clear(&options);
}

/* At each bound, and one above it. */
static void test_no_limit_can_be_raised_above_the_default(void **state)
{
        static const struct {
                const char *name;
                unsigned long max;
        } table[] = {
                {"limit-size", 134217728},
                {"limit-line", 65536},
                {"limit-sections", 2097152},
                {"limit-properties", 256},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const char *name = table[i].name;
                unsigned long max = table[i].max;
                _cleanup_free_ char *good = format_string("--watch a=/x --%s %lu", name, max);
                _cleanup_free_ char *above = format_string("--watch a=/x --%s %lu", name, max + 1);
                _cleanup_free_ char *zero = format_string("--watch a=/x --%s 0", name);
                _cleanup_free_ char *words = format_string("--watch a=/x --%s many", name);
                struct options options;
                char *error;

                assert_int_equal(parse(good, &options, &error), OPTIONS_RUN);
                options_clear(&options);
                assert_refused(above, "must be");
                assert_refused(zero, "must be");
                assert_refused(words, "must be");
        }
        assert_refused("--watch a=/x --limit-size 129MiB", "128MiB");
        assert_refused("--watch a=/x --format=ini", "unknown option");
}

static void test_environment_gives_the_runtime_directory(void **state)
{
        struct options options;
        char *error;

        setenv("CFGWATCH_RUNTIME_DIR", "/from/environment", 1);
        assert_int_equal(parse("--watch a=/x", &options, &error), OPTIONS_RUN);
        assert_string_equal(options.runtime_directory, "/from/environment");
        options_clear(&options);
        assert_int_equal(parse("--watch a=/x --runtime-directory /r", &options, &error),
                         OPTIONS_RUN);
        assert_string_equal(options.runtime_directory, "/r");
        options_clear(&options);
        unsetenv("CFGWATCH_RUNTIME_DIR");
}

static void test_relative_paths_count_from_the_working_directory(void **state)
{
        struct options options;
        _cleanup_free_ char *here = getcwd(NULL, 0);
        char *error;

        assert_int_equal(parse("--watch a=x/y", &options, &error), OPTIONS_RUN);
        assert_int_equal(strncmp(options.domains[0].path, here, strlen(here)), 0);
        assert_string_equal(options.domains[0].path + strlen(here), "/x/y");
        options_clear(&options);
}

static void test_each_wrong_argument_is_named(void **state)
{
        assert_refused("", "nothing to watch");
        assert_refused("--watch a", "NAME=PATH");
        assert_refused("--watch A=/x", "domain's name");
        assert_refused("--watch =/x", "domain's name");
        assert_refused("--watch ../a=/x", "domain's name");
        assert_refused("--watch board=/x", "files of the daemon");
        assert_refused("--watch control=/x", "files of the daemon");
        assert_refused("--watch events=/x", "files of the daemon");
        assert_refused("--watch lock=/x", "files of the daemon");
        assert_refused("--watch a=", "empty");
        assert_refused("--watch a=/x --ttl 0", "from 0.001");
        assert_refused("--watch a=/x --ttl -1", "number of seconds");
        assert_refused("--watch a=/x --ttl 1e3", "number of seconds");
        assert_refused("--watch a=/x --ttl 1.2.3", "number of seconds");
        assert_refused("--watch a=/x --ttl 99999999", "86400");
        assert_refused("--watch a=/x --history 0", "from 1");
        assert_refused("--watch a=/x --empty keep", "must be accept or refuse");
        assert_refused("--watch a=/x --missing accept", "must be keep or empty");
        assert_refused("--watch a=/x --log-level loud", "must be error");
        assert_refused("--watch a=/x\377", "domain a: the path is not UTF-8");
        assert_refused("--watch a=/x --nonsense", "--nonsense: unknown option");
        assert_refused("--watch a=/x -x", "-x: unknown option");
        assert_refused("--watch a=/x -xy --ttl 1", "-x: unknown option");
        assert_refused("--watch a=/x --ttl", "--ttl: missing argument");
        /* An abbreviation is not taken for the first of several that it fits. */
        assert_refused("--watch a=/x --limit 3", "--limit: unknown option, or one of several");
        assert_refused("--watch a=/x --settle=1", "--settle=1: unknown option, or one of several");
        assert_refused("--watch a=/x --settle-w", "unknown option, or one of several");
        assert_refused("--watch a=/x --ttl", "missing argument");
        assert_refused("--watch a=/x stray", "stray");
        assert_refused("--config /none/there", "/none/there: No such file");
}

static void test_wrong_file_is_told_with_its_line(void **state)
{
        static const struct {
                const char *text, *reason;
        } table[] = {
                {"[daemon]\nnonsense = 1\n", ":2: [daemon] nonsense: unknown key"},
                {"[x]\na = 1\n", ":1: [x]: unknown section"},
                {"[daemon]\n[deamon]\n", ":2: [deamon]: unknown section"},
                {"[domain board]\n", ":1: [domain board]: a domain cannot be called"},
                {"[domain a]\n\nttl = x\n", ":3: [domain a] ttl: must be a number"},
                {"[domain a]\nttl = 1\n", "domain a has no path"},
                {"[domain b]\npath = /x\n[domain a]\n# path = /y\n", "domain a has no path"},
                {"[domain A]\npath = /x\n", ":1: [domain A]: a domain's name"},
                {"ttl = 1\n", ":1: [] ttl: must be behind [daemon]"},
                {"[daemon]\nformat = ini\n", ":2: [daemon] format: unknown key"},
                {"[domain a]\nformat = toml\n", ":2: [domain a] format: must be section-config"},
                {"[domain a]\nlimit-nothing = 1\n", ":2: [domain a] limit-nothing: unknown key"},
                {"[domain a]\nlimit-line = 65537\n", ":2: [domain a] limit-line: must be a size"},
                {"[daemon] ttl = 1\n", ":1: syntax error (text behind ']')"},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const char *path = testing_path(state, "conf");
                _cleanup_free_ char *line = format_string("--config %s", path);

                testing_write_file(path, table[i].text);
                assert_refused(line, table[i].reason);
        }
}

/* As many as a board has slots, and each with more than one setting. */
static void test_there_may_be_4096_domains(void **state)
{
        const char *path = testing_path(state, "conf");
        _cleanup_free_ char *line = format_string("--config %s", path);
        struct options options;
        FILE *stream = fopen(path, "we");
        char *error;

        assert_non_null(stream);
        for (unsigned int i = 1; i <= 4096; i++)
                fprintf(stream, "[domain d%u]\npath = /x\nttl = 2\n", i);
        assert_int_equal(fflush(stream), 0);
        assert_int_equal(parse(line, &options, &error), OPTIONS_RUN);
        assert_int_equal(options.count, 4096);
        assert_int_equal(options.domains[4095].times.ttl_usec, 2000000);
        options_clear(&options);
        fprintf(stream, "[domain one-more]\n");
        assert_int_equal(fclose(stream), 0);
        assert_refused(line, ":12289: [domain one-more]: there are too many domains");
}

static void test_help_and_version_need_nothing_else(void **state)
{
        struct options options;
        char *error;

        assert_int_equal(parse("--help", &options, &error), OPTIONS_SHOW_HELP);
        options_clear(&options);
        assert_int_equal(parse("--version", &options, &error), OPTIONS_SHOW_VERSION);
        options_clear(&options);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_arguments_alone_are_enough),
                TEST(test_file_is_overridden_by_arguments_wherever_they_stand),
                TEST(test_guards_are_the_daemons_unless_a_domain_has_its_own),
                TEST(test_formats_and_limits_are_of_a_domain_or_of_all),
                TEST(test_no_limit_can_be_raised_above_the_default),
                TEST(test_environment_gives_the_runtime_directory),
                TEST(test_relative_paths_count_from_the_working_directory),
                TEST(test_each_wrong_argument_is_named),
                TEST(test_wrong_file_is_told_with_its_line),
                TEST(test_there_may_be_4096_domains),
                TEST(test_help_and_version_need_nothing_else),
        };

        return TESTING_RUN(tests);
}
