/* SPDX-License-Identifier: MIT */
/*
 * generation, list, get: answers for scripts, from what the library holds. It holds something
 * without a daemon as well; that is printed too, but it is not a plain yes.
 */
#include "cli.h"

int cmd_generation(const struct cli *cli)
{
        CLEANUP(reader_done) cfgw_reader *reader = NULL;
        const cfgw_config *config;
        int r = open_config(cli, cli->operands[0], &reader, &config);

        if (r != EXIT_YES)
                return r;
        printf("%llu\n", (unsigned long long)cfgw_config_generation(config));
        return judge_answer(cli, reader);
}

int cmd_list(const struct cli *cli)
{
        CLEANUP(reader_done) cfgw_reader *reader = NULL;
        const cfgw_config *config;
        int r = open_config(cli, cli->operands[0], &reader, &config);

        if (r != EXIT_YES)
                return r;
        for (size_t i = 0; i < cfgw_config_section_count(config); i++) {
                print_value(cfgw_section_name(cfgw_config_section_at(config, i)));
                putchar('\n');
        }
        return judge_answer(cli, reader);
}

static void print_section(const cfgw_section *section)
{
        for (size_t i = 0; i < cfgw_section_property_count(section); i++) {
                const cfgw_property *property = cfgw_section_property_at(section, i);

                print_value(cfgw_property_key(property));
                putchar(' ');
                print_value(cfgw_property_value(property));
                putchar('\n');
        }
}

int cmd_get(const struct cli *cli)
{
        CLEANUP(reader_done) cfgw_reader *reader = NULL;
        const cfgw_config *config;
        const cfgw_section *section;
        const char *value;
        int r = open_config(cli, cli->operands[0], &reader, &config);

        if (r != EXIT_YES)
                return r;
        section = cfgw_config_section(config, cli->operands[1]);
        if (!section) {
                complain("no section '%s' in %s", cli->operands[1], cli->operands[0]);
                return EXIT_NO;
        }
        if (cli->count == 2) {
                print_section(section);
                return judge_answer(cli, reader);
        }
        value = cfgw_section_get(section, cli->operands[2]);
        if (!value) {
                complain("no key '%s' in section '%s' of %s", cli->operands[2], cli->operands[1],
                         cli->operands[0]);
                return EXIT_NO;
        }
        print_value(value);
        putchar('\n');
        return judge_answer(cli, reader);
}
