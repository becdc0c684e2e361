/* SPDX-License-Identifier: MIT */
#include "editing.h"
#include "tool.h"

#include "util.h"

#include <string.h>
#include <sys/stat.h>

void set_editor(struct harness *harness, const char *script)
{
        _cleanup_free_ char *text = format_string("#!/bin/sh\n%s\n", script);
        const char *path = testing_path(&harness->testing, "editor");

        assert_non_null(text);
        testing_write_file(path, text);
        assert_int_equal(chmod(path, 0755), 0);
        setenv("EDITOR", path, 1);
        unsetenv("VISUAL");
}

void make_room(struct harness *harness)
{
        const char *room = testing_path(&harness->testing, "room");

        assert_int_equal(mkdir(room, 0777), 0);
        setenv("TMPDIR", room, 1);
}

void begin(struct harness *harness)
{
        make_room(harness);
        testing_write_file(harness->file, GOOD);
        harness_start(harness, "--settle-confirm 0.3");
}

const char *file_text(struct harness *harness)
{
        const char *text = testing_read_file(&harness->testing, harness->file);

        return text ? text : "(no file)";
}

void expect_no_litter(struct harness *harness)
{
        tool_expect(harness, "ls -A ../room", 0, "");
}

const char *kept_text(struct harness *harness, const char *err)
{
        static const char words[] = "the edited text is kept in ";
        const char *at = strstr(err, words), *text;
        _cleanup_free_ char *path = NULL;

        if (!at)
                fail_msg("nothing is said to be kept: %s", err);
        at += strlen(words);
        path = strndup(at, strcspn(at, ",\n"));
        assert_non_null(path);
        text = testing_read_file(&harness->testing, path);
        if (!text)
                fail_msg("nothing is kept in %s", path);
        return text;
}

void expect_untouched(struct harness *harness)
{
        assert_string_equal(file_text(harness), GOOD);
        assert_int_equal(harness_sync(harness), 1);
}
