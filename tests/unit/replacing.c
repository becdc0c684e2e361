/* SPDX-License-Identifier: MIT */
#include "replacing.h"

#include "digest.h"
#include "util.h"

#include <dirent.h>
#include <string.h>

cfgw_client *replacing_client(void **state, const char *path)
{
        cfgw_client *client;

        assert_int_equal(cfgw_client_new(testing_path(state, "run"), &client), 0);
        assert_int_equal(cfgw_client_set_source(client, "datastore", path), 0);
        return client;
}

int replacing_with(void **state, const char *path, const cfgw_replacement *replacement)
{
        cfgw_client *client = replacing_client(state, path);
        uint64_t generation = 99;
        int r = cfgw_replace(client, "datastore", replacement, &generation, NULL);

        assert_int_equal(generation, r == 0 ? 0 : 99); /* no daemon */
        cfgw_client_unref(client);
        return r;
}

int replacing(void **state, const char *path, const char *text)
{
        const cfgw_replacement replacement = {
                .data = text,
                .size = strlen(text),
                .timeout_usec = CFGW_FOREVER,
        };

        return replacing_with(state, path, &replacement);
}

int replacing_expecting(void **state, const char *path, const char *text, const char *expected)
{
        struct digest digest = digest_of(expected, strlen(expected));
        char hex[DIGEST_HEX_SIZE];
        const cfgw_replacement replacement = {
                .data = text,
                .size = strlen(text),
                .expected_digest = hex,
                .timeout_usec = CFGW_FOREVER,
        };

        hex_encode(digest.bytes, DIGEST_SIZE, hex);
        return replacing_with(state, path, &replacement);
}

const char *replacing_file(void **state, const char *text)
{
        assert_int_equal(mkdir(testing_path(state, "etc"), 0755), 0);
        if (text)
                testing_write_file(testing_path(state, "etc/datastore.cfg"), text);
        return testing_path(state, "etc/datastore.cfg");
}

void replacing_assert_content(void **state, const char *path, const char *text)
{
        const char *found = testing_read_file(state, path);

        assert_non_null(found);
        assert_string_equal(found, text);
}

size_t replacing_count_entries(const char *path)
{
        DIR *directory = opendir(path);
        const struct dirent *entry;
        size_t count = 0;

        assert_non_null(directory);
        while ((entry = readdir(directory)))
                count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
        closedir(directory);
        return count;
}

void replacing_assert_no_litter(void **state)
{
        assert_int_equal(access(testing_path(state, "etc/.datastore.lck"), F_OK), 0);
        assert_int_equal(replacing_count_entries(testing_path(state, "etc")), 2);
}

struct stat replacing_stat(const char *path)
{
        struct stat stat;

        assert_int_equal(lstat(path, &stat), 0);
        return stat;
}
