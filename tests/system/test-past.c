/* SPDX-License-Identifier: MIT */
/*
 * What was, of the real daemon: who gets it and who does not, and what those may do who ask. Most
 * of it needs root, to become somebody else.
 */
#include "harness.h"

#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define NOBODY 65534
#define GROUP 54321 /* of nobody else on any machine */

static void save(struct harness *harness, const char *name, mode_t mode)
{
        _cleanup_free_ char *text = format_string("datastore: %s\n\tpath /mnt/%s\n", name, name);
        _cleanup_free_ char *temporary = format_string("%s.new", harness->file);

        testing_write_file(temporary, text);
        if (geteuid() == 0)
                assert_int_equal(chown(temporary, 0, GROUP), 0);
        assert_int_equal(chmod(temporary, mode), 0);
        assert_int_equal(rename(temporary, harness->file), 0);
}

/* The generations 1 "one" and 2 "two", whose files had these modes. */
static void begin(struct harness *harness, mode_t first, mode_t second, const char *options)
{
        assert_int_equal(chmod(testing_path(&harness->testing, "."), 0755), 0);
        save(harness, "one", first);
        harness_start(harness, options);
        save(harness, "two", second);
        assert_int_equal(harness_sync(harness), 2);
}

/* What loading @generation ends with; the section @name must be in what comes. */
static int load(cfgw_client *client, uint64_t generation, const char *name)
{
        const cfgw_config *config = NULL;
        int r = cfgw_client_load_generation(client, "datastore", generation, TEST_PATIENCE_USEC,
                                            &config, NULL, NULL);

        if (r < 0)
                return r;
        if (!cfgw_config_section(config, name) || cfgw_config_generation(config) != generation)
                r = -EBADMSG;
        cfgw_config_unref(config);
        return r;
}

/* Who asks; his groups may be those of his login alone, or one more. */
struct person {
        uid_t uid;
        gid_t gid, extra; /* 0: none */
};

static const struct person stranger = {NOBODY, NOBODY, 0};
static const struct person member = {NOBODY, GROUP, 0};
static const struct person by_extra_group = {NOBODY, NOBODY, GROUP};

/* What @person gets of generation @generation, as a negative errno, or 0. */
static int load_as(struct harness *harness, struct person person, uint64_t generation,
                   const char *name)
{
        pid_t pid = fork();
        cfgw_client *client;

        assert_true(pid >= 0);
        if (pid > 0)
                return -process_wait(pid, TEST_PATIENCE_USEC);
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (setgroups(person.extra ? 1 : 0, &person.extra) < 0 || setgid(person.gid) < 0 ||
            setuid(person.uid) < 0 || cfgw_client_new(harness->runtime, &client) < 0)
                _exit(100);
        _exit(-load(client, generation, name));
}

/* ------------------------------------------------------------------- rights */

static void the_daemons_user_gets_all_of_it(void **state)
{
        struct harness *harness = *state;

        begin(harness, 0600, 0600, "--settle-confirm 0.1");
        assert_int_equal(load(harness->client, 1, "one"), 0);
        assert_int_equal(load(harness->client, 2, "two"), 0);
        assert_int_equal(load(harness->client, 3, "three"), -ENOENT);
        assert_int_equal(cfgw_client_load_generation(harness->client, "nosuch", 1, CFGW_FOREVER,
                                                     &(const cfgw_config *){NULL}, NULL, NULL),
                         -ENOENT);
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        assert_int_equal(load(harness->client, 1, "one"), -ENOTCONN);
}

static void the_group_gets_it_and_nobody_else(void **state)
{
        struct harness *harness = *state;

        if (geteuid() != 0)
                SKIP("needs root");
        begin(harness, 0640, 0640, "");
        assert_int_equal(load_as(harness, member, 1, "one"), 0);
        assert_int_equal(load_as(harness, by_extra_group, 1, "one"), 0);
        assert_int_equal(load_as(harness, by_extra_group, 2, "two"), 0);
        assert_int_equal(load_as(harness, stranger, 1, "one"), -EACCES);
}

/* The socket is open to all, by what is in force. */
static void what_was_private_stays_private(void **state)
{
        struct harness *harness = *state;

        if (geteuid() != 0)
                SKIP("needs root");
        begin(harness, 0600, 0644, "");
        assert_int_equal(load_as(harness, stranger, 2, "two"), 0);
        assert_int_equal(load_as(harness, stranger, 1, "one"), -EACCES);
        assert_int_equal(load_as(harness, member, 1, "one"), -EACCES);
        assert_int_equal(load(harness->client, 1, "one"), 0);
}

static void what_was_the_groups_stays_the_groups(void **state)
{
        struct harness *harness = *state;

        if (geteuid() != 0)
                SKIP("needs root");
        begin(harness, 0640, 0644, "");
        assert_int_equal(load_as(harness, stranger, 1, "one"), -EACCES);
        assert_int_equal(load_as(harness, member, 1, "one"), 0);
        assert_int_equal(load_as(harness, stranger, 2, "two"), 0);
}

/* The socket stays open to all, since another file is; this domain's older contents do not. */
static void what_was_open_is_closed_with_the_file(void **state)
{
        struct harness *harness = *state;
        const char *other = testing_path(&harness->testing, "other.cfg");
        _cleanup_free_ char *options = format_string("--watch other=%s", other);

        if (geteuid() != 0)
                SKIP("needs root");
        testing_write_file(other, "datastore: other\n\tpath /mnt/other\n");
        assert_int_equal(chmod(other, 0644), 0);
        begin(harness, 0644, 0644, options);
        assert_int_equal(load_as(harness, stranger, 1, "one"), 0);
        assert_int_equal(chmod(harness->file, 0640), 0);
        assert_int_equal(harness_sync(harness), 2);
        assert_int_equal(load_as(harness, stranger, 1, "one"), -EACCES);
        assert_int_equal(load_as(harness, stranger, 2, "two"), -EACCES);
        assert_int_equal(load_as(harness, member, 1, "one"), 0);
        /* A broken file that may be read by fewer closes it as well. */
        assert_int_equal(chmod(harness->file, 0600), 0);
        testing_write_file(harness->file, "rubbish\n");
        assert_int_equal(harness_sync(harness), 2);
        assert_int_equal(load_as(harness, member, 1, "one"), -EACCES);
}

static void rights_outlive_a_restart(void **state)
{
        struct harness *harness = *state;

        if (geteuid() != 0)
                SKIP("needs root");
        begin(harness, 0600, 0644, "");
        assert_int_equal(harness_stop(harness, SIGTERM), 0);
        harness_start(harness, "");
        assert_int_equal(load_as(harness, stranger, 1, "one"), -EACCES);
        assert_int_equal(load_as(harness, stranger, 2, "two"), 0);
}

/* -------------------------------------------------------------------- peers */

static size_t descriptors_of(pid_t pid)
{
        _cleanup_free_ char *path = format_string("/proc/%d/fd", (int)pid);
        DIR *directory = opendir(path);
        size_t count = 0;

        assert_non_null(directory);
        while (readdir(directory))
                count++;
        closedir(directory);
        return count;
}

static int ask(struct harness *harness, const char *request)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", harness->runtime);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        send(fd, request, strlen(request), MSG_NOSIGNAL);
        return fd;
}

static void those_who_do_not_take_it_cost_nothing(void **state)
{
        struct harness *harness = *state;
        int fds[200];
        size_t before;

        begin(harness, 0600, 0600, "--settle-confirm 0.1");
        before = descriptors_of(harness->daemon);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                fds[i] = ask(harness, "content datastore 1\n");
        assert_int_equal(load(harness->client, 1, "one"), 0);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(fds[i]);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(ask(harness, i % 2 ? "content datastore 2\n" : "history datastore 9\n"));
        for (uint64_t i = 0; i < 200; i++)
                assert_int_equal(load(harness->client, i % 2 + 1, i % 2 ? "two" : "one"), 0);
        WAIT_FOR(descriptors_of(harness->daemon) <= before); /* some were with the disk before */
}

#define STORES ((size_t)100000) /* sections of some 70 bytes each */

static void write_large(struct harness *harness)
{
        FILE *file = fopen(harness->file, "we");

        assert_non_null(file);
        for (size_t i = 0; i < STORES; i++)
                fprintf(file,
                        "datastore: ds%06zu\n\tcomment a store like any other one\n"
                        "\tpath /mnt/ds%06zu\n\n",
                        i, i);
        assert_int_equal(fclose(file), 0);
}

/* The generations 1, which is large, and 2, "two". */
static void begin_large(struct harness *harness)
{
        write_large(harness);
        harness_start(harness, "--settle-confirm 0.1");
        harness_expect_generation(harness, 1);
        save(harness, "two", 0600);
        assert_int_equal(harness_sync(harness), 2);
}

static void a_large_content_comes_whole(void **state)
{
        struct harness *harness = *state;
        char *data = NULL;
        size_t size;

        begin_large(harness);
        assert_int_equal(load(harness->client, 1, "ds099999"), 0);
        assert_int_equal(cfgw_client_load_generation(harness->client, "datastore", 1, CFGW_FOREVER,
                                                     NULL, &data, &size),
                         0);
        assert_true(size > STORES * 60);
        assert_memory_equal(data, "datastore: ds000000\n", 20);
        assert_int_equal(data[size], '\0');
        free(data);
}

/* Takes no more than @size bytes of an answer; -1 for its end. */
static ssize_t take(int fd, size_t size)
{
        static char piece[65536];
        size_t taken = 0;

        while (taken < size) {
                ssize_t n = recv(fd, piece, MIN(size - taken, sizeof(piece)), 0);

                if (n <= 0)
                        return taken > 0 ? (ssize_t)taken : -1;
                taken += (size_t)n;
        }
        return (ssize_t)taken;
}

/* Its reader takes his time, and the daemon has other things to do meanwhile. */
static void edits_go_on_while_a_large_content_is_taken(void **state)
{
        struct harness *harness = *state;
        size_t total = 0, edits = 0;
        char name[16], *data = NULL;
        size_t size;
        ssize_t n;
        int fd;

        begin_large(harness);
        assert_int_equal(cfgw_client_load_generation(harness->client, "datastore", 1, CFGW_FOREVER,
                                                     NULL, &data, &size),
                         0);
        free(data);
        fd = ask(harness, "content datastore 1\n");
        while ((n = take(fd, size / 8)) > 0) {
                total += (size_t)n;
                snprintf(name, sizeof(name), "edit%zu", ++edits);
                save(harness, name, 0600);
                assert_int_equal(harness_sync(harness), 2 + edits);
        }
        assert_true(edits >= 8);
        assert_true(total > size && total < size + 512); /* a line and the path come with it */
        close(fd);
}

/*
 * As the service runs: without the privileges for which the kernel does not bound what is on its
 * way to others. They are kept by what runs already.
 */
static void drop_privileges_of_children(void)
{
        prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0);
        prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0);
}

#define UNTAKEN 1100  /* answers: more than any bound of a process's descriptors here */
#define FEW_FILES 256 /* the daemon's own bound: enough for its clients and what they get */

static void answers_that_are_never_taken_hinder_nobody(void **state)
{
        const struct rlimit few = {FEW_FILES, FEW_FILES};
        struct harness *harness = *state;
        struct rlimit limit;
        int fds[UNTAKEN];

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        if (limit.rlim_max < UNTAKEN + 100)
                SKIP("needs more descriptors");
        limit.rlim_cur = limit.rlim_max;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        drop_privileges_of_children();
        begin_large(harness);
        assert_int_equal(prlimit(harness->daemon, RLIMIT_NOFILE, &few, NULL), 0);
        for (size_t i = 0; i < UNTAKEN; i++)
                fds[i] = ask(harness, i % 2 ? "content datastore 2\n" : "content datastore 1\n");
        assert_int_equal(load(harness->client, 2, "two"), 0);
        assert_int_equal(load(harness->client, 1, "ds099999"), 0);
        save(harness, "three", 0600);
        assert_int_equal(harness_sync(harness), 3);
        for (size_t i = 0; i < UNTAKEN; i++)
                close(fds[i]);
}

static void what_was_dropped_is_gone(void **state)
{
        struct harness *harness = *state;
        char name[16];

        begin(harness, 0600, 0600, "--history 3 --settle-confirm 0.1");
        for (uint64_t i = 3; i <= 8; i++) {
                snprintf(name, sizeof(name), "ds%u", (unsigned int)i);
                save(harness, name, 0600);
                assert_int_equal(harness_sync(harness), i);
        }
        WAIT_FOR(load(harness->client, 5, "ds5") == -ENOENT); /* when 8 is durable */
        assert_int_equal(load(harness->client, 6, "ds6"), 0);
        assert_int_equal(load(harness->client, 8, "ds8"), 0);
}

static void what_is_damaged_is_refused(void **state)
{
        struct harness *harness = *state;

        begin(harness, 0600, 0600, "--settle-confirm 0.1");
        testing_write_file(testing_path(&harness->testing, "state/datastore/1.cfg"),
                           "datastore: ONE\n\tpath /mnt/one\n");
        assert_int_equal(load(harness->client, 1, "ONE"), -EBADMSG);
        assert_int_equal(unlink(testing_path(&harness->testing, "state/datastore/1.sha256")), 0);
        assert_int_equal(load(harness->client, 1, "ONE"), -EBADMSG);
        assert_int_equal(load(harness->client, 2, "two"), 0);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                SYSTEM_TEST(the_daemons_user_gets_all_of_it),
                SYSTEM_TEST(the_group_gets_it_and_nobody_else),
                SYSTEM_TEST(what_was_private_stays_private),
                SYSTEM_TEST(what_was_the_groups_stays_the_groups),
                SYSTEM_TEST(what_was_open_is_closed_with_the_file),
                SYSTEM_TEST(rights_outlive_a_restart),
                SYSTEM_TEST(those_who_do_not_take_it_cost_nothing),
                SYSTEM_TEST(a_large_content_comes_whole),
                SYSTEM_TEST(edits_go_on_while_a_large_content_is_taken),
                SYSTEM_TEST(what_was_dropped_is_gone),
                SYSTEM_TEST(what_is_damaged_is_refused),
                SYSTEM_TEST(answers_that_are_never_taken_hinder_nobody),
        };

        return TESTING_RUN(tests);
}
