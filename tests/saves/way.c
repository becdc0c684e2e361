/* SPDX-License-Identifier: MIT */
#include "way.h"

#include "util.h"

#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_FILE "etc/datastore.cfg"
#define DEFAULT_OPTIONS "--ttl 3600 --ttl-blind 3600" /* so that only an event can find it */

static void die(const char *script, const char *what)
{
        fprintf(stderr, "%s: %s\n", script, what);
        exit(99);
}

static void take(struct way *way, const char *key, const char *value)
{
        const struct {
                const char *key;
                char *text;
        } texts[] = {
                {"title", way->title}, {"file", way->file},         {"options", way->options},
                {"found", way->found}, {"contents", way->contents},
        };

        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (strcmp(key, texts[i].key) == 0) {
                        snprintf(texts[i].text, WAY_TEXT_MAX, "%s", value);
                        return;
                }
        if (strcmp(key, "generations") == 0)
                way->changes = strcmp(value, "0") != 0;
        else if (strcmp(key, "alarm") == 0)
                way->alarm = strcmp(value, "yes") == 0;
        else if (strcmp(key, "needs") != 0)
                die(way->script, key);
}

void way_load(const char *group, const char *script, struct way *ret)
{
        char line[WAY_TEXT_MAX], key[32], value[WAY_TEXT_MAX], copy[512];
        FILE *file = fopen(script, "re");

        if (!file)
                die(script, "cannot be opened");
        *ret = (struct way){.file = DEFAULT_FILE, .options = DEFAULT_OPTIONS, .found = "event"};
        ret->changes = true;
        snprintf(ret->script, sizeof(ret->script), "%s", script);
        snprintf(copy, sizeof(copy), "%s", script);
        snprintf(ret->name, sizeof(ret->name), "%s/%s", group, basename(copy));
        ret->name[strlen(ret->name) - strlen(".sh")] = '\0';
        while (fgets(line, sizeof(line), file) && line[0] == '#')
                if (sscanf(line, "# %31[a-z]: %159[^\n]", key, value) == 2)
                        take(ret, key, value);
        fclose(file);
        if (!ret->title[0])
                die(script, "has no title");
        if (!ret->contents[0])
                strcpy(ret->contents, ret->changes ? "v0 v1" : "v0");
}

struct way *way_load_group(const char *group, size_t *ret_count)
{
        const char *source = getenv("CFGWATCH_SOURCE");
        _cleanup_free_ char *pattern =
                format_string("%s/tests/saves/ways/%s/*.sh", source ? source : ".", group);
        struct way *ways;
        glob_t found;

        if (!pattern || glob(pattern, 0, NULL, &found) != 0)
                die(group, "there are no such ways");
        ways = calloc(found.gl_pathc, sizeof(*ways));
        if (!ways)
                die(group, "out of memory");
        for (size_t i = 0; i < found.gl_pathc; i++)
                way_load(group, found.gl_pathv[i], &ways[i]);
        *ret_count = found.gl_pathc;
        globfree(&found);
        return ways;
}
