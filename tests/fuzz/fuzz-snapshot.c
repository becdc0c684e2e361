/* SPDX-License-Identifier: MIT */

/*
 * A sound block with damage, to the verifier: refused, or everything in it can be walked.
 *
 * The input is the damage, since no fuzzer would guess a whole block: first two bytes, the
 * bytes to cut off the end; then any number of patches of an offset (two bytes) and what to
 * put there (four bytes), in the order of the machine.
 */

#include "fuzz.h"
#include "parse.h"

static const char sample[] = "datastore: one\n\tpath /srv/one\n\tcomment first\n\n"
                             "datastore: two\n\tpath /srv/two\n\n"
                             "datastore: three\n\tcomment gr\xc3\xbc\xc3\x9f\n\tpath /srv/three\n";

static void patch(char *block, size_t block_size, const uint8_t *from)
{
        uint16_t offset;

        memcpy(&offset, from, sizeof(offset));
        if (block_size >= 4)
                memcpy(block + offset % (block_size - 3), from + sizeof(offset), 4);
}

/* A copy of its own size, so that a read behind it is seen by the sanitizer. */
static char *damaged(const struct snapshot *snapshot, const uint8_t *data, size_t size,
                     size_t *ret_size)
{
        size_t block_size = snapshot_size(snapshot);
        uint16_t cut = 0;
        char *block;

        if (size >= sizeof(cut))
                memcpy(&cut, data, sizeof(cut));
        block_size -= MIN(cut, block_size);
        block = malloc(MAX(block_size, 1));
        MUST(block);
        memcpy(block, snapshot, block_size);
        for (size_t at = sizeof(cut); at + 6 <= size; at += 6)
                patch(block, block_size, data + at);
        *ret_size = block_size;
        return block;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct parse parse = parse_text(sample, CFGW_LOAD_STRICT);
        const struct snapshot *verified;
        size_t block_size;
        char *block;

        MUST(parse.snapshot);
        block = damaged(parse.snapshot, data, size, &block_size);
        if (snapshot_verify(block, block_size, &verified) == 0)
                MUST(parse_walk(verified) > 0);
        else
                MUST(size >= 2);
        free(block);
        parse_clear(&parse);
        return 0;
}
