/* SPDX-License-Identifier: MIT */
/*
 * The file holds one line, "EPOCH USE": 16 hexadecimal digits, and the id of the boot in which it
 * is in use, or that the daemon has stopped in good order. A start in the boot that it names finds
 * all that the daemon before has written, since the kernel had it. A start in another boot without
 * a good end before begins a new epoch: what was not durable may have been lost with the machine.
 *
 * The note of a good end waits for no disk, since thousands of domains would wait for long: if the
 * machine dies before it is written, that is as if the daemon had not ended. Where the boot cannot
 * be told (no /proc), the file always says that it has ended, and nothing may depend on it: then
 * it is not marked, and each entry must be durable before anybody hears of it.
 */
#include "epoch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define EPOCH_FILE "epoch"
#define EPOCH_DIGITS 16
#define EPOCH_FILE_MAX 128 /* bytes */
#define USE_ENDED "ended"
#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

static int write_use(const struct epoch *epoch, int directory, const char *use, bool durable)
{
        _cleanup_free_ char *text = format_string("%016" PRIx64 " %s\n", epoch->number, use);

        if (!text)
                return -ENOMEM;
        return file_replace(directory, EPOCH_FILE, text, strlen(text), access_private(), durable);
}

/* The number, if nothing of its epoch can have been lost since it was written. */
static int read_use(struct epoch *epoch, int directory)
{
        _cleanup_free_ char *text = NULL;
        uint64_t number = 0;
        uint8_t bytes[8];
        size_t size;
        char *use;
        int r;

        r = file_read(directory, EPOCH_FILE, EPOCH_FILE_MAX, &text, &size);
        if (r < 0)
                return r;
        if (size < EPOCH_DIGITS + 2 || text[EPOCH_DIGITS] != ' ' || text[size - 1] != '\n' ||
            hex_decode(text, EPOCH_DIGITS, bytes, sizeof(bytes)) < 0)
                return -EBADMSG;
        text[size - 1] = '\0';
        use = text + EPOCH_DIGITS + 1;
        epoch->has_ended = strcmp(use, USE_ENDED) == 0;
        if (!epoch->has_ended && (epoch->boot[0] == '\0' || strcmp(use, epoch->boot)))
                return -ESTALE;
        for (size_t i = 0; i < sizeof(bytes); i++)
                number = number << 8 | bytes[i];
        if (number == 0)
                return -EBADMSG;
        epoch->number = number;
        return 0;
}

static int make_number(struct epoch *epoch)
{
        uint64_t number;

        do
                if (getrandom(&number, sizeof(number), 0) < 0)
                        return -errno;
        while (number == 0);
        epoch->number = number;
        return 0;
}

static void read_boot_id(char ret[EPOCH_BOOT_SIZE + 1])
{
        _cleanup_free_ char *text = NULL;
        size_t size;

        *ret = '\0';
        if (file_read(AT_FDCWD, BOOT_ID_FILE, 2 * EPOCH_BOOT_SIZE, &text, &size) == 0 &&
            size > EPOCH_BOOT_SIZE) {
                memcpy(ret, text, EPOCH_BOOT_SIZE);
                ret[EPOCH_BOOT_SIZE] = '\0';
        }
}

int epoch_open(struct epoch *epoch, int directory, bool afresh)
{
        bool is_known, is_new;
        int r;

        *epoch = (struct epoch){.has_ended = false};
        read_boot_id(epoch->boot);
        is_known = epoch->boot[0] != '\0';
        is_new = afresh || read_use(epoch, directory) < 0;
        if (is_new) {
                r = make_number(epoch);
                if (r < 0)
                        return r;
        }
        r = write_use(epoch, directory, is_known ? epoch->boot : USE_ENDED, !is_known);
        if (r < 0 && is_new)
                return r;
        epoch->is_marked = epoch->is_loose = r == 0 && is_known;
        return is_new;
}

static int sync_file(int directory)
{
        _cleanup_close_ int fd = -1;

        fd = openat(directory, EPOCH_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0 || fsync(directory) < 0)
                return -errno;
        return 0;
}

int epoch_sync(struct epoch *epoch, int directory)
{
        int r;

        r = sync_file(directory);
        epoch->is_marked = r == 0;
        epoch->is_loose = false;
        return r;
}

int epoch_renew(struct epoch *epoch, int directory)
{
        uint64_t before = epoch->number;
        int r;

        r = make_number(epoch);
        if (r == 0)
                r = write_use(epoch, directory, epoch->is_marked ? epoch->boot : USE_ENDED, true);
        if (r < 0)
                epoch->number = before;
        return r;
}

int epoch_end(const struct epoch *epoch, int directory)
{
        return write_use(epoch, directory, USE_ENDED, false);
}
