/* SPDX-License-Identifier: MIT */
/* Who is at the other end, and what he may read: as open(2) would have it. */
#include "testing.h"

#include "peer.h"
#include "util.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define STRANGER 54321
#define GROUP 54322
#define OTHER_GROUP 54323

static void the_peer_is_who_made_the_connection(void **state)
{
        struct peer peer;
        int pair[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        assert_int_equal(peer_get(pair[0], &peer), 0);
        assert_int_equal(peer.uid, geteuid());
        assert_int_equal(peer.gid, getegid());
        assert_int_equal(peer.count, getgroups(0, NULL));
        free(peer.groups);
        close(pair[0]);
        close(pair[1]);
}

static void what_has_no_peer_is_an_error(void **state)
{
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        struct peer peer;

        assert_true(peer_get(fd, &peer) < 0);
        close(fd);
}

/* Exit status 0: the connection has these groups, and one that is made before has not. */
static int change_groups(void)
{
        const gid_t groups[] = {OTHER_GROUP, GROUP};
        struct peer before, after;
        int first[2], second[2];

        if (socketpair(AF_UNIX, SOCK_STREAM, 0, first) < 0 || setgroups(2, groups) < 0 ||
            setgid(STRANGER) < 0 || setuid(STRANGER) < 0 ||
            socketpair(AF_UNIX, SOCK_STREAM, 0, second) < 0 || peer_get(first[0], &before) < 0 ||
            peer_get(second[0], &after) < 0)
                return 1;
        if (before.uid != 0 || after.uid != STRANGER || after.gid != STRANGER || after.count != 2)
                return 2;
        if (after.groups[0] + after.groups[1] != GROUP + OTHER_GROUP)
                return 3;
        return before.count == 2 ? 4 : 0;
}

static void all_groups_of_the_peer_are_known(void **state)
{
        int status;
        pid_t pid;

        if (geteuid() != 0)
                SKIP("needs root");
        pid = fork();
        if (pid == 0)
                _exit(change_groups());
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

/* The same question for open(2): a child with these ids tries. */
static bool may_open(void **state, const struct peer *peer, struct access access)
{
        const char *path = testing_path(state, "file");
        int status;
        pid_t pid;

        testing_write_file(path, "");
        assert_int_equal(chown(path, 0, access.gid), 0);
        assert_int_equal(chmod(path, access.mode), 0);
        pid = fork();
        if (pid == 0) {
                if (setgroups(peer->count, peer->groups) < 0 || setgid(peer->gid) < 0 ||
                    setuid(peer->uid) < 0)
                        _exit(2);
                _exit(open(path, O_RDONLY) < 0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
        return WEXITSTATUS(status) == 0;
}

static void a_peer_may_read_what_open_would_give_him(void **state)
{
        static const mode_t modes[] = {0600, 0640, 0604, 0644};
        gid_t groups[] = {OTHER_GROUP, GROUP};
        const struct peer peers[] = {
                {.uid = 0, .gid = 0},
                {.uid = STRANGER, .gid = STRANGER},
                {.uid = STRANGER, .gid = GROUP},
                {.uid = STRANGER, .gid = STRANGER, .groups = groups, .count = 1},
                {.uid = STRANGER, .gid = STRANGER, .groups = groups, .count = 2},
        };

        if (geteuid() != 0)
                SKIP("needs root");
        assert_int_equal(chmod(*state, 0755), 0);
        for (size_t i = 0; i < ELEMENTS(peers); i++)
                for (size_t j = 0; j < ELEMENTS(modes); j++) {
                        struct access access = {.gid = GROUP, .mode = modes[j]};

                        if (peer_may_read(&peers[i], access) != may_open(state, &peers[i], access))
                                fail_msg("peer %zu, mode %o", i, modes[j]);
                }
}

static void the_daemons_own_user_may_read_it(void **state)
{
        struct peer peer = {.uid = geteuid(), .gid = STRANGER};

        assert_true(peer_may_read(&peer, (struct access){.gid = GROUP, .mode = 0600}));
        peer.uid = STRANGER;
        assert_false(peer_may_read(&peer, (struct access){.gid = GROUP, .mode = 0600}));
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(the_peer_is_who_made_the_connection),
                TEST(what_has_no_peer_is_an_error),
                TEST(all_groups_of_the_peer_are_known),
                TEST(a_peer_may_read_what_open_would_give_him),
                TEST(the_daemons_own_user_may_read_it),
        };

        return TESTING_RUN(tests);
}
