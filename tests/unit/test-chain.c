/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "chain.h"
#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Collects the steps as "directory:name " with '*' behind the last one. */
static int collect(void *userdata, const char *directory, const char *name, bool last)
{
        char *text = userdata;

        sprintf(text + strlen(text), "%s:%s%s ", directory, name, last ? "*" : "");
        return 0;
}

/* The steps inside of the test's directory, which is itself written as @. */
static int walk(void **state, const char *path, char *ret)
{
        const char *base = testing_path(state, "%s", "");
        size_t length = strlen(base) - 1; /* without the slash */
        char text[16384] = "", *rest = text;
        int r = chain_walk(path, collect, text);

        *ret = '\0';
        for (char *word; (word = strsep(&rest, " "));)
                if (strncmp(word, base, length) == 0)
                        sprintf(ret + strlen(ret), "@%s ", word + length);
        return r;
}

static void assert_walk(void **state, const char *path, int expected, const char *steps)
{
        char text[16384];

        assert_int_equal(walk(state, path, text), expected);
        assert_string_equal(text, steps);
}

static void test_every_directory_is_visited_from_the_root(void **state)
{
        char text[16384] = "";

        assert_int_equal(chain_walk("/proc/self/../uptime", collect, text), 0);
        assert_int_equal(strncmp(text, "/:proc /proc:self ", 18), 0);
        assert_non_null(strstr(text, "/proc:uptime* "));
}

static void test_links_are_followed_wherever_they_stand(void **state)
{
        assert_int_equal(mkdir(testing_path(state, "real"), 0700), 0);
        testing_write_file(testing_path(state, "real/file"), "");
        assert_int_equal(symlink("real", testing_path(state, "dir")), 0);
        assert_int_equal(symlink("../dir/./file", testing_path(state, "real/link")), 0);
        assert_int_equal(symlink(testing_path(state, "real/link"), testing_path(state, "far")), 0);
        assert_walk(state, testing_path(state, "real//file"), 0, "@:real @/real:file* ");
        assert_walk(state, testing_path(state, "dir/file"), 0, "@:dir @:real @/real:file* ");
        assert_walk(state, testing_path(state, "far"), 0,
                    "@:far* @:real @/real:link* @:dir @:real @/real:file* ");
}

static void test_missing_name_ends_the_walk_after_its_step(void **state)
{
        assert_int_equal(mkdir(testing_path(state, "a"), 0700), 0);
        assert_walk(state, testing_path(state, "a/b/c"), -ENOENT, "@:a @/a:b ");
        assert_int_equal(symlink("none", testing_path(state, "l")), 0);
        assert_walk(state, testing_path(state, "l"), -ENOENT, "@:l* @:none* ");
}

static void test_loops_and_files_in_the_way_are_errors(void **state)
{
        char text[65536] = "";

        assert_int_equal(symlink("b", testing_path(state, "a")), 0);
        assert_int_equal(symlink("a", testing_path(state, "b")), 0);
        assert_int_equal(chain_walk(testing_path(state, "a"), collect, text), -ELOOP);
        testing_write_file(testing_path(state, "f"), "");
        text[0] = '\0';
        assert_int_equal(chain_walk(testing_path(state, "f/g"), collect, text), -ENOTDIR);
}

static void test_directory_can_be_the_end(void **state)
{
        assert_int_equal(mkdir(testing_path(state, "a"), 0700), 0);
        assert_walk(state, testing_path(state, "a/"), 0, "@:a* ");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_every_directory_is_visited_from_the_root),
                TEST(test_links_are_followed_wherever_they_stand),
                TEST(test_missing_name_ends_the_walk_after_its_step),
                TEST(test_loops_and_files_in_the_way_are_errors),
                TEST(test_directory_can_be_the_end),
        };

        return TESTING_RUN(tests);
}
