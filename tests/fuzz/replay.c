/* SPDX-License-Identifier: MIT */

/* Runs a fuzz target over the files of its corpus, without a fuzzer: one test each. */

#include "fuzz.h"
#include "util.h"

#include <dirent.h>
#include <fcntl.h>

/* Longer than anything in a corpus; libFuzzer makes 4 KiB by itself. */
#define INPUT_SIZE_MAX ((size_t)1 << 20)

static int only_files(const struct dirent *entry)
{
        return entry->d_name[0] != '.';
}

static void replay(const char *path)
{
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        _cleanup_free_ char *data = NULL;
        size_t size;

        MUST(fd >= 0);
        MUST(read_all(fd, 0, INPUT_SIZE_MAX, &data, &size) == 0);
        LLVMFuzzerTestOneInput((const uint8_t *)data, size);
}

int main(void)
{
        const char *source = getenv("CFGWATCH_SOURCE");
        _cleanup_free_ char *corpus = format_string("%s/tests/fuzz/" CORPUS, source ? source : ".");
        struct dirent **entries;
        int count;

        MUST(corpus);
        count = scandir(corpus, &entries, only_files, alphasort);
        MUST(count > 0);
        printf("1..%d\n", count);
        for (int i = 0; i < count; i++) {
                _cleanup_free_ char *path = format_string("%s/%s", corpus, entries[i]->d_name);

                MUST(path);
                replay(path);
                printf("ok %d - %s\n", i + 1, entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        return 0;
}
