/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Options that go with some commands only. */
enum { OPTION_JSON, OPTION_STRICT, OPTION_TOLERANT, OPTION_FORMAT, OPTION_DOMAIN, OPTION_COUNT };
#define TAKES(option) (1U << (option))

struct command {
        const char *name;
        const char *synopsis; /* of the operands */
        int (*run)(const struct cli *cli);
        int least, most; /* operands */
        unsigned int takes;
        bool needs_client;
};

static const struct command commands[] = {
        {"status", " [DOMAIN…]", cmd_status, 0, INT_MAX, TAKES(OPTION_JSON), true},
        {"generation", " DOMAIN", cmd_generation, 1, 1, 0, true},
        {"list", " DOMAIN", cmd_list, 1, 1, 0, true},
        {"get", " DOMAIN SECTION [KEY]", cmd_get, 2, 3, 0, true},
        {"watch", " [DOMAIN…]", cmd_watch, 0, INT_MAX, TAKES(OPTION_JSON), true},
        {"sync", " DOMAIN", cmd_sync, 1, 1, 0, true},
        {"history", " DOMAIN", cmd_history, 1, 1, TAKES(OPTION_JSON) | TAKES(OPTION_COUNT), true},
        {"diff", " DOMAIN [FROM [TO]]", cmd_diff, 1, 3, 0, true},
        {"check", " FILE…", cmd_check, 1, INT_MAX,
         TAKES(OPTION_JSON) | TAKES(OPTION_STRICT) | TAKES(OPTION_FORMAT) | TAKES(OPTION_DOMAIN),
         false},
        {"edit", " DOMAIN", cmd_edit, 1, 1, TAKES(OPTION_TOLERANT), true},
        {"set", " DOMAIN SECTION KEY VALUE", cmd_set, 4, 4, TAKES(OPTION_TOLERANT), true},
        {"unset", " DOMAIN SECTION KEY", cmd_unset, 3, 3, TAKES(OPTION_TOLERANT), true},
        {"rollback", " DOMAIN GENERATION", cmd_rollback, 2, 2, 0, true},
};

static const char help[] =
        "Usage: cfgwatch [OPTION…] COMMAND …\n"
        "\n"
        "Shows, queries and changes the config files that cfgwatchd watches.\n"
        "\n"
        "  status [--json] [DOMAIN…]  the daemon and every domain, or these in full\n"
        "  generation DOMAIN          the generation in force\n"
        "  list DOMAIN                the names of all sections, one a line\n"
        "  get DOMAIN SECTION         all properties of a section: \"KEY VALUE\" lines\n"
        "  get DOMAIN SECTION KEY     the value of one\n"
        "  watch [--json] [DOMAIN…]   a line for each change, until interrupted\n"
        "  sync DOMAIN                have the daemon look now; the generation in force then\n"
        "  history [--json] [-n N] DOMAIN\n"
        "                             the newest generations, and what each changed\n"
        "  diff DOMAIN [FROM [TO]]    what differs between two generations: the last two, or\n"
        "                             FROM and the one in force, or FROM and TO\n"
        "  check [--strict] FILE…     say what is wrong in a file (-: the input), without a "
        "daemon\n"
        "  edit DOMAIN                edit the file as visudo does; only what is good is saved\n"
        "  set DOMAIN SECTION KEY VALUE\n"
        "                             change one value in the file; the generation in force then\n"
        "  unset DOMAIN SECTION KEY   remove one\n"
        "  rollback DOMAIN GENERATION write what that generation was, as a new one\n"
        "\n"
        "  --runtime-directory DIR    where the daemon's files are (default: the environment\n"
        "                             variable CFGWATCH_RUNTIME_DIR, or /run/cfgwatch)\n"
        "  --json                     JSON for programs (status, watch, check, history)\n"
        "  -n, --count N              so many generations: default 20, at most 1000 (history)\n"
        "  --strict                   refuse what Proxmox Backup refuses: unknown section\n"
        "                             types and keys as well (check)\n"
        "  --tolerant                 let those pass (edit, set, unset)\n"
        "  --format FORMAT            section-config (default) or ini (check)\n"
        "  --domain DOMAIN            by whose rules: default datastore (check)\n"
        "  -h, --help                 this text\n"
        "  --version                  the version\n"
        "\n"
        "Exit status: 0 yes, and done; 1 no (a refused file, no such domain, section or key, a\n"
        "file that cannot be used on sync); 2 wrong usage; 3 no daemon (what is known all the "
        "same\n"
        "has been printed); 4 any other failure.\n";

enum { OPTION_RUNTIME = 256, OPTION_VERSION }; /* those that go with every command */

static const struct option options[] = {
        [OPTION_JSON] = {"json", no_argument, NULL, OPTION_JSON},
        [OPTION_STRICT] = {"strict", no_argument, NULL, OPTION_STRICT},
        [OPTION_TOLERANT] = {"tolerant", no_argument, NULL, OPTION_TOLERANT},
        [OPTION_FORMAT] = {"format", required_argument, NULL, OPTION_FORMAT},
        [OPTION_DOMAIN] = {"domain", required_argument, NULL, OPTION_DOMAIN},
        [OPTION_COUNT] = {"count", required_argument, NULL, OPTION_COUNT},
        {"runtime-directory", required_argument, NULL, OPTION_RUNTIME},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, OPTION_VERSION},
        {NULL, 0, NULL, 0},
};

static _Noreturn void print_and_exit(const char *text)
{
        fputs(text, stdout);
        exit(flush_output() ? EXIT_YES : EXIT_TROUBLE);
}

static int parse_count(const char *text, size_t *ret)
{
        char *end;
        unsigned long count = strtoul(text, &end, 10);

        if (*text < '1' || *text > '9' || *end) {
                complain("a number from 1 up is needed, not '%s'", text);
                return -EINVAL;
        }
        *ret = count;
        return 0;
}

static int parse_format(const char *name, cfgw_format *ret)
{
        static const char *const names[] = {
                [CFGW_FORMAT_SECTION_CONFIG] = "section-config",
                [CFGW_FORMAT_INI] = "ini",
        };

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                if (strcmp(names[i], name) != 0)
                        continue;
                *ret = (cfgw_format)i;
                return 0;
        }
        complain("unknown format '%s': it is section-config or ini", name);
        return -EINVAL;
}

/* In our words, as all else: getopt's name us by our path, and escape nothing. */
static int refuse_option(char *const *argv, int code)
{
        if (code == ':')
                complain("'%s' needs a value", argv[optind - 1]);
        else if (optopt > 0 && optopt <= CHAR_MAX)
                complain("unknown option '-%c'", optopt);
        else
                complain("unknown option '%s'", argv[optind - 1]);
        return -EINVAL;
}

/* Options may stand before or behind the command: getopt puts them in front. */
static int parse_options(int argc, char **argv, struct cli *cli, unsigned int *given)
{
        int code;

        opterr = 0;
        while ((code = getopt_long(argc, argv, ":hn:", options, NULL)) >= 0) {
                if (code == 'n')
                        code = OPTION_COUNT;
                switch (code) {
                case OPTION_JSON:
                        cli->json = true;
                        break;
                case OPTION_STRICT:
                        cli->strict = true;
                        break;
                case OPTION_COUNT:
                        if (parse_count(optarg, &cli->entries) < 0)
                                return -EINVAL;
                        break;
                case OPTION_TOLERANT:
                        cli->tolerant = true;
                        break;
                case OPTION_FORMAT:
                        if (parse_format(optarg, &cli->format) < 0)
                                return -EINVAL;
                        break;
                case OPTION_DOMAIN:
                        cli->domain = optarg;
                        break;
                case OPTION_RUNTIME:
                        cli->runtime_directory = optarg;
                        continue;
                case 'h':
                        print_and_exit(help);
                case OPTION_VERSION:
                        print_and_exit(PACKAGE_STRING "\n");
                default:
                        return refuse_option(argv, code);
                }
                *given |= TAKES(code);
        }
        return 0;
}

static const struct command *find_command(const char *name)
{
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
                if (strcmp(commands[i].name, name) == 0)
                        return &commands[i];
        complain("unknown command '%s'", name);
        return NULL;
}

/* Says which of the @given options the command does not take, if any. */
static bool takes_all(const struct command *command, unsigned int given)
{
        unsigned int wrong = given & ~command->takes;

        if (!wrong)
                return true;
        complain("--%s does not go with '%s'", options[__builtin_ctz(wrong)].name, command->name);
        return false;
}

static const struct command *parse_command(int argc, char **argv, struct cli *cli,
                                           unsigned int given)
{
        const struct command *command;

        if (optind >= argc) {
                complain("a command is missing");
                return NULL;
        }
        command = find_command(argv[optind]);
        if (!command || !takes_all(command, given))
                return NULL;
        cli->operands = argv + optind + 1;
        cli->count = argc - optind - 1;
        if (cli->count < command->least || cli->count > command->most) {
                complain("too %s arguments: cfgwatch %s%s",
                         cli->count < command->least ? "few" : "many", command->name,
                         command->synopsis);
                return NULL;
        }
        return command;
}

/*
 * Where one of the standard descriptors is closed, a file or socket of ours would take its number
 * and get what is printed. Of these nobody can read, and to them nobody can write.
 */
static void occupy_standard_fds(void)
{
        int fd;

        do
                fd = open("/", O_PATH); /* the lowest that is free */
        while (fd >= 0 && fd <= STDERR_FILENO);
        if (fd >= 0)
                close(fd);
}

int main(int argc, char **argv)
{
        CLEANUP(client_done) cfgw_client *client = NULL;
        struct cli cli = {0};
        const struct command *command = NULL;
        unsigned int given = 0;
        int r;

        occupy_standard_fds();
        setvbuf(stderr, NULL, _IOLBF, 0); /* a message stays whole where several are at work */
        if (parse_options(argc, argv, &cli, &given) == 0)
                command = parse_command(argc, argv, &cli, given);
        if (!command) {
                fputs("Try 'cfgwatch --help'.\n", stderr);
                return EXIT_USAGE;
        }
        if (command->needs_client) {
                r = cfgw_client_new(cli.runtime_directory, &client);
                if (r < 0) {
                        complain("cannot use the runtime directory: %s", strerror(-r));
                        return EXIT_TROUBLE;
                }
                cli.client = client;
        }
        r = command->run(&cli);
        return flush_output() ? r : EXIT_TROUBLE;
}
