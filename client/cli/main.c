/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>

struct command {
        const char *name;
        int (*run)(const struct cli *cli);
        int least, most; /* operands */
        bool takes_json, takes_strict, needs_client;
};

static const struct command commands[] = {
        {"status", cmd_status, 0, 0, true, false, true},
        {"generation", cmd_generation, 1, 1, false, false, true},
        {"list", cmd_list, 1, 1, false, false, true},
        {"get", cmd_get, 2, 3, false, false, true},
        {"watch", cmd_watch, 0, INT_MAX, true, false, true},
        {"sync", cmd_sync, 1, 1, false, false, true},
        {"check", cmd_check, 1, INT_MAX, false, true, false},
};

static const char help[] =
        "Usage: cfgwatch [OPTION…] COMMAND …\n"
        "\n"
        "Shows and queries the config files that cfgwatchd watches.\n"
        "\n"
        "  status [--json]            the daemon and every domain\n"
        "  generation DOMAIN          the generation in force\n"
        "  list DOMAIN                the names of all sections, one a line\n"
        "  get DOMAIN SECTION         all properties of a section: \"KEY VALUE\" lines\n"
        "  get DOMAIN SECTION KEY     the value of one\n"
        "  watch [--json] [DOMAIN…]   a line for each change, until interrupted\n"
        "  sync DOMAIN                have the daemon look now; the generation in force then\n"
        "  check [--strict] FILE…     say what is wrong in a file, without a daemon\n"
        "\n"
        "  --runtime-directory DIR    where the daemon's files are (default: the environment\n"
        "                             variable CFGWATCH_RUNTIME_DIR, or /run/cfgwatch)\n"
        "  --json                     JSON for programs (status, watch)\n"
        "  --strict                   refuse what Proxmox Backup refuses: unknown section\n"
        "                             types and keys as well (check)\n"
        "  -h, --help                 this text\n"
        "  --version                  the version\n"
        "\n"
        "Exit status: 0 yes, and done; 1 no (a refused file, no such domain, section or key, a\n"
        "file that cannot be used on sync); 2 wrong usage; 3 no daemon (what is known all the "
        "same\n"
        "has been printed); 4 any other failure.\n";

enum option_code { OPTION_RUNTIME = 256, OPTION_JSON, OPTION_STRICT, OPTION_VERSION };

/* Options may stand before or behind the command: getopt puts them in front. */
static int parse_options(int argc, char **argv, struct cli *cli)
{
        static const struct option options[] = {
                {"runtime-directory", required_argument, NULL, OPTION_RUNTIME},
                {"json", no_argument, NULL, OPTION_JSON},
                {"strict", no_argument, NULL, OPTION_STRICT},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, OPTION_VERSION},
                {NULL, 0, NULL, 0},
        };
        int code;

        while ((code = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
                switch (code) {
                case OPTION_RUNTIME:
                        cli->runtime_directory = optarg;
                        break;
                case OPTION_JSON:
                        cli->json = true;
                        break;
                case OPTION_STRICT:
                        cli->strict = true;
                        break;
                case 'h':
                        fputs(help, stdout);
                        exit(flush_output() ? EXIT_YES : EXIT_TROUBLE);
                case OPTION_VERSION:
                        puts(PACKAGE_STRING);
                        exit(flush_output() ? EXIT_YES : EXIT_TROUBLE);
                default:
                        return -EINVAL; /* getopt has said why */
                }
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

static const struct command *parse_command(int argc, char **argv, struct cli *cli)
{
        const struct command *command;

        if (optind >= argc) {
                complain("a command is missing");
                return NULL;
        }
        command = find_command(argv[optind]);
        if (!command)
                return NULL;
        cli->operands = argv + optind + 1;
        cli->count = argc - optind - 1;
        if (cli->json && !command->takes_json) {
                complain("--json does not go with '%s'", command->name);
                return NULL;
        }
        if (cli->strict && !command->takes_strict) {
                complain("--strict does not go with '%s'", command->name);
                return NULL;
        }
        if (cli->count < command->least || cli->count > command->most) {
                complain("'%s' takes %s arguments", command->name,
                         cli->count < command->least ? "more" : "fewer");
                return NULL;
        }
        return command;
}

int main(int argc, char **argv)
{
        CLEANUP(client_done) cfgw_client *client = NULL;
        struct cli cli = {0};
        const struct command *command = NULL;
        int r;

        if (parse_options(argc, argv, &cli) == 0)
                command = parse_command(argc, argv, &cli);
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
