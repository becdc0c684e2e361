/* SPDX-License-Identifier: MIT */
/* cfgw_replace(): the file stays whose it was, as it was, and where it was. */
#include "replacing.h"

#include "util.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static void owner_and_mode_stay(void **state)
{
        static const mode_t modes[] = {0600, 0640, 0644, 0440, 0666, 0600 | S_ISGID, 0700};
        const char *path = replacing_file(state, OLD);

        for (size_t i = 0; i < ELEMENTS(modes); i++) {
                struct stat stat;

                if (geteuid() == 0)
                        assert_int_equal(chown(path, USER, GROUP), 0);
                assert_int_equal(chmod(path, modes[i]), 0);
                assert_int_equal(replacing(state, path, i % 2 ? OLD : NEW), 0);
                stat = replacing_stat(path);
                assert_int_equal(stat.st_mode, S_IFREG | modes[i]);
                if (geteuid() == 0) {
                        assert_int_equal(stat.st_uid, USER);
                        assert_int_equal(stat.st_gid, GROUP);
                }
        }
        replacing_assert_no_litter(state);
}

static void the_umask_does_not_count(void **state)
{
        const char *path = replacing_file(state, OLD);
        mode_t old = umask(0077);

        assert_int_equal(chmod(path, 0664), 0);
        assert_int_equal(replacing(state, path, NEW), 0);
        umask(old);
        assert_int_equal(replacing_stat(path).st_mode, S_IFREG | 0664);
        assert_int_equal(replacing_stat(testing_path(state, "etc/.datastore.lck")).st_mode,
                         S_IFREG | 0660);
}

static void extended_attributes_stay(void **state)
{
        const char *path = replacing_file(state, OLD);
        char value[16] = "";

        if (setxattr(path, "user.note", "by hand", 7, 0) < 0)
                SKIP("no extended attributes here");
        assert_int_equal(setxattr(path, "user.empty", "", 0, 0), 0);
        assert_int_equal(replacing(state, path, NEW), 0);
        assert_int_equal(getxattr(path, "user.note", value, sizeof(value)), 7);
        assert_string_equal(value, "by hand");
        assert_int_equal(getxattr(path, "user.empty", value, sizeof(value)), 0);
}

/* An access control list as the kernel has it: u=rw, a named user r, g=r, mask r, o=. */
struct acl {
        uint32_t version;
        struct {
                uint16_t tag, permissions;
                uint32_t id;
        } entries[5];
};

static const struct acl acl = {
        .version = 2,
        .entries = {{0x01, 6, UINT32_MAX},
                    {0x02, 4, USER},
                    {0x04, 4, UINT32_MAX},
                    {0x10, 4, UINT32_MAX},
                    {0x20, 0, UINT32_MAX}},
};

#define ACL "system.posix_acl_access"
#define DEFAULT_ACL "system.posix_acl_default"

static void an_access_control_list_stays(void **state)
{
        const char *path = replacing_file(state, OLD);
        struct acl found;

        if (setxattr(path, ACL, &acl, sizeof(acl), 0) < 0)
                SKIP("no access control lists here");
        assert_int_equal(replacing(state, path, NEW), 0);
        assert_int_equal(getxattr(path, ACL, &found, sizeof(found)), sizeof(found));
        assert_memory_equal(&found, &acl, sizeof(acl));
        assert_int_equal(replacing_stat(path).st_mode, S_IFREG | 0640);
}

/* Otherwise whom the directory's list names would read what he could not read before. */
static void a_list_that_the_directory_gives_does_not_come(void **state)
{
        const char *path = replacing_file(state, OLD);

        assert_int_equal(chmod(path, 0640), 0);
        if (setxattr(testing_path(state, "etc"), DEFAULT_ACL, &acl, sizeof(acl), 0) < 0)
                SKIP("no access control lists here");
        assert_int_equal(replacing(state, path, NEW), 0);
        assert_int_equal(getxattr(path, ACL, NULL, 0), -1);
        assert_int_equal(errno, ENODATA);
        assert_int_equal(replacing_stat(path).st_mode, S_IFREG | 0640);
}

/* In a child, which gives its privileges up: what @call returns. */
static int as_user(void **state, uid_t uid, gid_t gid, const char *path)
{
        int status;
        pid_t pid = fork();

        if (pid == 0) {
                const cfgw_replacement replacement = {
                        .data = NEW,
                        .size = strlen(NEW),
                        .timeout_usec = SOON_USEC,
                };
                cfgw_client *client;

                if (setgroups(0, NULL) < 0 || setgid(gid) < 0 || setuid(uid) < 0 ||
                    cfgw_client_new("/nowhere", &client) < 0 ||
                    cfgw_client_set_source(client, "datastore", path) < 0)
                        _exit(255);
                _exit(-cfgw_replace(client, "datastore", &replacement, NULL, NULL));
        }
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return -WEXITSTATUS(status);
}

static void another_user_may_do_what_he_can_do_right(void **state)
{
        const char *path = replacing_file(state, OLD), *directory = testing_path(state, "etc");
        struct stat stat;

        if (geteuid() != 0)
                SKIP("only root can be somebody else");
        assert_int_equal(chmod(testing_path(state, "."), 0755), 0);
        assert_int_equal(chmod(path, 0644), 0);
        /* He cannot write to the directory. */
        assert_int_equal(as_user(state, USER, GROUP, path), -EACCES);
        /* He can, but the file is not his, and would be afterwards. */
        assert_int_equal(chown(directory, USER, GROUP), 0);
        assert_int_equal(as_user(state, USER, GROUP, path), -EPERM);
        replacing_assert_content(state, path, OLD);
        assert_int_equal(replacing_stat(path).st_uid, 0);
        assert_int_equal(replacing_count_entries(directory), 1); /* no lock that is his alone */
        /* His own, in a group that he is not a member of. */
        assert_int_equal(chown(path, USER, 0), 0);
        assert_int_equal(as_user(state, USER, GROUP, path), -EPERM);
        replacing_assert_content(state, path, OLD);
        assert_int_equal(replacing_count_entries(directory), 1);
        /* His own. */
        assert_int_equal(chown(path, USER, GROUP), 0);
        assert_int_equal(as_user(state, USER, GROUP, path), 0);
        replacing_assert_content(state, path, NEW);
        stat = replacing_stat(path);
        assert_int_equal(stat.st_uid, USER);
        assert_int_equal(stat.st_gid, GROUP);
        assert_int_equal(stat.st_mode, S_IFREG | 0644);
        replacing_assert_no_litter(state);
}

/* ------------------------------------------------------------------- paths */

static void a_symbolic_link_stays(void **state)
{
        const char *path = replacing_file(state, OLD), *link = testing_path(state, "link.cfg");
        const char *second = testing_path(state, "etc/second");

        assert_int_equal(symlink("etc/second", link), 0);
        assert_int_equal(symlink("../etc/./datastore.cfg", second), 0);
        assert_int_equal(replacing(state, link, NEW), 0);
        replacing_assert_content(state, path, NEW);
        assert_true(S_ISLNK(replacing_stat(link).st_mode));
        assert_true(S_ISLNK(replacing_stat(second).st_mode));
        assert_int_equal(unlink(second), 0);
        replacing_assert_no_litter(state);
}

static void a_link_to_nothing_gets_its_file(void **state)
{
        const char *link = testing_path(state, "link.cfg");

        replacing_file(state, NULL);
        assert_int_equal(symlink(testing_path(state, "etc/datastore.cfg"), link), 0);
        assert_int_equal(replacing(state, link, NEW), 0);
        replacing_assert_content(state, testing_path(state, "etc/datastore.cfg"), NEW);
        assert_true(S_ISLNK(replacing_stat(link).st_mode));
}

static void links_in_a_circle_are_refused(void **state)
{
        const char *link = testing_path(state, "link.cfg");

        assert_int_equal(symlink("link.cfg", link), 0);
        assert_int_equal(replacing(state, link, NEW), -ELOOP);
}

static void what_is_no_regular_file_is_refused(void **state)
{
        const char *path = replacing_file(state, NULL);

        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(replacing(state, path, NEW), -EINVAL);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(replacing(state, path, NEW), -EINVAL);
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(replacing(state, testing_path(state, "etc/."), NEW), -EISDIR);
        assert_int_equal(replacing(state, testing_path(state, "etc/"), NEW), -EISDIR);
        assert_int_equal(replacing(state, testing_path(state, "nowhere/x.cfg"), NEW), -ENOENT);
}

static void a_hard_link_keeps_the_old_content(void **state)
{
        const char *path = replacing_file(state, OLD), *other = testing_path(state, "other");

        assert_int_equal(link(path, other), 0);
        assert_int_equal(replacing(state, path, NEW), 0);
        replacing_assert_content(state, other, OLD);
        replacing_assert_content(state, path, NEW);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(owner_and_mode_stay),
                TEST(the_umask_does_not_count),
                TEST(extended_attributes_stay),
                TEST(an_access_control_list_stays),
                TEST(a_list_that_the_directory_gives_does_not_come),
                TEST(another_user_may_do_what_he_can_do_right),
                TEST(a_symbolic_link_stays),
                TEST(a_link_to_nothing_gets_its_file),
                TEST(links_in_a_circle_are_refused),
                TEST(what_is_no_regular_file_is_refused),
                TEST(a_hard_link_keeps_the_old_content),
        };

        return TESTING_RUN(tests);
}
