/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "access.h"
#include "util.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct access make(gid_t gid, mode_t mode)
{
        return (struct access){.gid = gid, .mode = mode};
}

static void test_source_mode_is_followed_without_write_and_execute(void **state)
{
        struct stat source = {.st_gid = 34, .st_mode = S_IFREG | 0777};

        assert_int_equal(access_of(&source, false).mode, 0644);
        assert_int_equal(access_of(&source, false).gid, 34);
        source.st_mode = S_IFREG | 0640;
        assert_int_equal(access_of(&source, false).mode, 0640);
        assert_int_equal(access_of(&source, true).mode, 0600); /* an ACL says something else */
        source.st_mode = S_IFREG | 0000;
        assert_int_equal(access_of(&source, false).mode, 0600);
}

static void test_widest_lets_in_everybody_of_one_group(void **state)
{
        struct access a = make(1, 0600), b = make(34, 0640), c = make(35, 0644);

        assert_int_equal(access_widest(a, b).gid, 34);
        assert_int_equal(access_widest(a, b).mode, 0640);
        assert_int_equal(access_widest(b, a).gid, 34);
        assert_int_equal(access_widest(b, c).gid, 34);
        assert_int_equal(access_widest(b, c).mode, 0644);
        assert_int_equal(access_widest(b, make(35, 0640)).mode, 0640);
}

static void test_narrowest_lets_in_who_may_read_both(void **state)
{
        assert_int_equal(access_narrowest(make(34, 0640), make(34, 0640)).mode, 0640);
        assert_int_equal(access_narrowest(make(34, 0640), make(34, 0600)).mode, 0600);
        assert_int_equal(access_narrowest(make(1, 0600), make(34, 0644)).mode, 0600);
        assert_int_equal(access_narrowest(make(34, 0640), make(35, 0640)).mode, 0600);
        assert_int_equal(access_narrowest(make(1, 0644), make(34, 0640)).mode, 0640);
        assert_int_equal(access_narrowest(make(1, 0644), make(34, 0640)).gid, 34);
        assert_int_equal(access_narrowest(make(34, 0640), make(1, 0644)).mode, 0640);
        assert_int_equal(access_narrowest(make(34, 0640), make(1, 0644)).gid, 34);
}

static void test_covers_says_whether_all_who_see_the_board_may_read_the_file(void **state)
{
        assert_true(access_covers(make(34, 0640), make(34, 0640)));
        assert_true(access_covers(make(1, 0644), make(34, 0640)));
        assert_true(access_covers(make(1, 0600), make(1, 0600)));
        assert_false(access_covers(make(1, 0600), make(34, 0640)));
        assert_false(access_covers(make(35, 0640), make(34, 0640)));
        assert_false(access_covers(make(34, 0640), make(34, 0644)));
}

static mode_t mode_of(const char *path)
{
        struct stat stat;

        assert_int_equal(lstat(path, &stat), 0);
        return stat.st_mode & 07777;
}

static void test_apply_gives_directories_search_and_files_none(void **state)
{
        const char *file = testing_path(state, "file"),
                   *directory = testing_path(state, "directory");
        int fd;

        testing_write_file(file, "");
        fd = open(file, O_RDONLY | O_CLOEXEC);
        assert_int_equal(access_apply(fd, make(getegid(), 0640)), 0);
        close(fd);
        assert_int_equal(mode_of(file), 0640);

        assert_int_equal(mkdir(directory, 0700), 0);
        fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(access_apply(fd, make(getegid(), 0640)), 0);
        close(fd);
        assert_int_equal(mode_of(directory), 0750);
}

static void test_apply_gives_the_group_where_that_is_allowed(void **state)
{
        const char *file = testing_path(state, "file");
        struct stat stat;
        int fd;

        if (geteuid() != 0)
                skip();
        testing_write_file(file, "");
        fd = open(file, O_RDONLY | O_CLOEXEC);
        assert_int_equal(access_apply(fd, make(34, 0640)), 0);
        close(fd);
        assert_int_equal(lstat(file, &stat), 0);
        assert_int_equal(stat.st_gid, 34);
        assert_int_equal(mode_of(file), 0640);
}

static void test_sockets_can_be_written_by_those_who_may_read(void **state)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        strcpy(address.sun_path, testing_path(state, "socket"));
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(access_apply_socket(address.sun_path, make(getegid(), 0640)), 0);
        assert_int_equal(mode_of(address.sun_path), 0660);
        assert_int_equal(access_apply_socket(address.sun_path, make(getegid(), 0600)), 0);
        assert_int_equal(mode_of(address.sun_path), 0600);
        close(fd);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_source_mode_is_followed_without_write_and_execute),
                TEST(test_widest_lets_in_everybody_of_one_group),
                TEST(test_narrowest_lets_in_who_may_read_both),
                TEST(test_covers_says_whether_all_who_see_the_board_may_read_the_file),
                TEST(test_apply_gives_directories_search_and_files_none),
                TEST(test_apply_gives_the_group_where_that_is_allowed),
                TEST(test_sockets_can_be_written_by_those_who_may_read),
        };

        return TESTING_RUN(tests);
}
