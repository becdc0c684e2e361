/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "util.h"

#include <string.h>

struct said tool_run(struct harness *harness, const char *command)
{
        _cleanup_free_ char *line = format_string("(%s) >../out 2>../err", command);
        struct said said;

        assert_non_null(line);
        said.status = process_shell(line, harness->shell_log);
        said.out = testing_read_file(&harness->testing, testing_path(&harness->testing, "out"));
        said.err = testing_read_file(&harness->testing, testing_path(&harness->testing, "err"));
        return said;
}

void tool_expect(struct harness *harness, const char *command, int status, const char *out)
{
        struct said said = tool_run(harness, command);

        assert_string_equal(said.out, out);
        assert_int_equal(said.status, status);
        if (status == 0)
                assert_string_equal(said.err, "");
        else
                assert_string_not_equal(said.err, ""); /* no failure without a word */
}

void need_nobody(struct harness *harness)
{
        if (geteuid() != 0)
                SKIP("needs root");
        setenv("AS_NOBODY", "setpriv --reuid 65534 --regid 65534 --clear-groups", 1);
        if (tool_run(harness, "chmod 755 ..; $AS_NOBODY cfgwatch --version").status != 0)
                SKIP("the programs are where nobody else gets at");
}

void expect_in(const char *text, const char *part)
{
        if (!strstr(text, part))
                fail_msg("\"%s\" is not in: %s", part, text);
}

void expect_not_in(const char *text, const char *part)
{
        if (strstr(text, part))
                fail_msg("\"%s\" is in: %s", part, text);
}
