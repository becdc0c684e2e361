/* SPDX-License-Identifier: MIT */
/* Where a datastore is: `lookup NAME`. C99, and all that a service needs for a lookup. */
#include <cfgwatch/cfgwatch.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
        cfgw_client *client = NULL;
        cfgw_reader *reader = NULL;
        const cfgw_config *config;
        const cfgw_section *store = NULL;
        const char *path = NULL;
        int r;

        if (argc != 2) {
                fprintf(stderr, "Usage: lookup DATASTORE\n");
                return 2;
        }
        r = cfgw_client_new(NULL, &client); /* one for each process */
        if (r == 0)
                r = cfgw_reader_new(client, "datastore", &reader); /* one for each thread */
        if (r == 0)
                r = cfgw_reader_config(reader, &config); /* now, and at each lookup */
        if (r == 0)
                store = cfgw_config_section(config, argv[1]);
        if (store)
                path = cfgw_section_get(store, "path");
        if (path)
                puts(path);
        else
                fprintf(stderr, "%s: %s\n", argv[1], r < 0 ? strerror(-r) : "no such datastore");
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
        return path ? 0 : 1;
}
