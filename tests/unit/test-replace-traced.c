/* SPDX-License-Identifier: MIT */
/*
 * cfgw_replace() in a child that is traced: killed at every one of its system calls, before
 * and after it, or told that it has failed, or overtaken by somebody who saves. Whatever comes of
 * it, the file is an old one or the new one as a whole, and is whose it was.
 */
#include "replacing.h"

#include "digest.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#define CALLS_MAX 1000 /* far more than it makes */
#define NO_TRACE 250   /* the child's exit status when it cannot be traced */
#define MODE 0640
#define END_MARK SYS_getppid /* a call that nobody else makes: it is done */
#define NOTE "user.note"

/* ------------------------------------------------------------------- tracing */

/*
 * A child that stops right before it replaces the file, if it has the digest @expected, and exits
 * with the error.
 */
static pid_t start(cfgw_client *client, const char *expected)
{
        const cfgw_replacement replacement = {
                .data = NEW,
                .size = strlen(NEW),
                .expected_digest = expected,
                .timeout_usec = CFGW_FOREVER,
        };
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
                        _exit(NO_TRACE);
                raise(SIGSTOP);
                status = -cfgw_replace(client, "datastore", &replacement, NULL, NULL);
                syscall(END_MARK);
                _exit(status);
        }
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == NO_TRACE)
                SKIP("nothing may be traced here");
        assert_true(WIFSTOPPED(status));
        assert_int_equal(
                ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD), 0);
        return pid;
}

/* Goes on until the child enters or leaves a system call. */
static struct __ptrace_syscall_info step(pid_t pid)
{
        struct __ptrace_syscall_info info = {.op = PTRACE_SYSCALL_INFO_NONE};
        int status, number = 0;

        do {
                assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, number), 0);
                assert_int_equal(waitpid(pid, &status, 0), pid);
                assert_true(WIFSTOPPED(status));
                number = WSTOPSIG(status); /* a signal is passed on */
        } while (number != (SIGTRAP | 0x80));
        assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0);
        return info;
}

static bool is_entry(const struct __ptrace_syscall_info *info, uint64_t number)
{
        return info->op == PTRACE_SYSCALL_INFO_ENTRY && info->entry.nr == number;
}

static bool is_end(const struct __ptrace_syscall_info *info)
{
        return is_entry(info, END_MARK);
}

static void reap(pid_t pid)
{
        int status;

        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
}

/* Kills the child at its stop number @count. False: it came to its end before. */
static bool kill_at(pid_t pid, unsigned int count)
{
        bool more = true;

        for (unsigned int i = 0; more && i < count; i++) {
                struct __ptrace_syscall_info info = step(pid);

                more = !is_end(&info);
        }
        reap(pid);
        return more;
}

/* --------------------------------------------------------------------- files */

/* An old file with all that must stay, or none. */
static void reset(const char *path, const char *lock, const char *text)
{
        unlink(path);
        unlink(lock);
        if (!text)
                return;
        testing_write_file(path, text);
        if (geteuid() == 0)
                assert_int_equal(chown(path, USER, GROUP), 0);
        assert_int_equal(chmod(path, MODE), 0);
        if (setxattr(path, NOTE, "kept", 4, 0) < 0)
                assert_int_equal(errno, EOPNOTSUPP);
}

static void assert_owner(const char *path, mode_t mode)
{
        struct stat stat = replacing_stat(path);

        assert_int_equal(stat.st_mode, S_IFREG | mode);
        if (geteuid() != 0)
                return;
        assert_int_equal(stat.st_uid, USER);
        assert_int_equal(stat.st_gid, GROUP);
}

/* Reads a small file without leaving anything to the teardown; "-" stands for none. */
static void read_content(const char *path, char ret[128])
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n;

        strcpy(ret, "-");
        if (fd < 0)
                return;
        n = read(fd, ret, 127);
        close(fd);
        assert_true(n >= 0);
        ret[n] = '\0';
}

static bool has_content(const char *path, const char *text)
{
        char content[128];

        read_content(path, content);
        return strcmp(content, text ? text : "-") == 0;
}

/* What was there stays what it was; a file that is made has an owner of its own. */
static void assert_attributes(const char *path, bool was_there)
{
        char note[8] = "";

        if (!was_there)
                return;
        assert_owner(path, MODE);
        if (getxattr(path, NOTE, note, sizeof(note)) < 0)
                assert_int_equal(errno, EOPNOTSUPP);
        else
                assert_string_equal(note, "kept");
}

/* Nobody may read it who may not read the file. */
static void assert_closed(const char *path)
{
        struct stat stat;

        if (lstat(path, &stat) < 0)
                return;
        assert_true((stat.st_mode & 07777 & ~MODE) == 0);
        if (stat.st_mode & 0040 && geteuid() == 0)
                assert_int_equal(stat.st_gid, GROUP);
}

struct scene {
        const char *directory, *path, *lock, *temporary;
        const char *old; /* NULL: there is no file at first */
};

static struct scene make_scene(void **state, const char *old)
{
        struct scene scene = {.old = old};

        scene.path = replacing_file(state, old);
        scene.directory = testing_path(state, "etc");
        scene.lock = testing_path(state, "etc/.datastore.lck");
        scene.temporary = testing_path(state, "etc/.datastore.cfg.cfgwatch");
        if (geteuid() == 0)
                assert_int_equal(chown(scene.directory, USER, GROUP), 0);
        return scene;
}

/* Whether the file is the new one; it must be that or the old one, and all beside it right. */
static bool inspect(const struct scene *scene)
{
        bool is_new = has_content(scene->path, NEW);
        bool has_lock = access(scene->lock, F_OK) == 0;
        bool has_temporary = access(scene->temporary, F_OK) == 0;
        bool has_file = access(scene->path, F_OK) == 0;

        if (!is_new)
                assert_true(has_content(scene->path, scene->old));
        assert_attributes(scene->path, scene->old);
        assert_closed(scene->temporary);
        if (has_lock && scene->old)
                assert_owner(scene->lock, 0660);
        assert_int_equal(replacing_count_entries(scene->directory),
                         has_lock + has_temporary + has_file);
        return is_new;
}

/* ------------------------------------------------------------------- killed */

/* Kills it at each stop. The next one who replaces finds nothing in his way, and cleans up. */
static void kill_everywhere(void **state, const char *old)
{
        struct scene scene = make_scene(state, old);
        cfgw_client *client = replacing_client(state, scene.path);
        const cfgw_replacement replacement = {
                .data = NEW,
                .size = strlen(NEW),
                .timeout_usec = SOON_USEC,
        };
        bool was_new = false;
        unsigned int at;

        for (at = 1; at < CALLS_MAX; at++) {
                reset(scene.path, scene.lock, old);
                if (!kill_at(start(client, NULL), at))
                        break;
                if (!inspect(&scene))
                        assert_false(was_new); /* it happens at one moment */
                else
                        was_new = true;
                assert_int_equal(cfgw_replace(client, "datastore", &replacement, NULL, NULL), 0);
                assert_true(inspect(&scene));
                assert_int_equal(replacing_count_entries(scene.directory), 2);
        }
        assert_true(was_new);
        assert_true(at > 2 * 20); /* or it was not looked at */
        printf("# killed at %u stops\n", at - 1);
        cfgw_client_unref(client);
}

static void killed_anywhere_it_leaves_the_old_file_or_the_new_one(void **state)
{
        kill_everywhere(state, OLD);
}

static void killed_anywhere_it_leaves_no_file_or_a_whole_one(void **state)
{
        kill_everywhere(state, NULL);
}

/* ---------------------------------------------------------------- told to fail */

#ifdef __x86_64__

/* Makes the call that the child is about to enter fail with @error, without being made. */
static void fail_call(pid_t pid, int error)
{
        struct user_regs_struct registers;

        assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &registers), 0);
        registers.orig_rax = (unsigned long long)-1;
        assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, &registers), 0);
        step(pid);
        assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &registers), 0);
        registers.rax = (unsigned long long)-error;
        assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, &registers), 0);
}

/* The allocator's calls are let alone: whether sanitizers survive that is not the question. */
static bool is_of_memory(const struct __ptrace_syscall_info *info)
{
        return is_entry(info, SYS_mmap) || is_entry(info, SYS_munmap) ||
               is_entry(info, SYS_madvise) || is_entry(info, SYS_brk);
}

/* Lets call number @count fail. False: there are not so many. */
static bool fail_at(pid_t pid, unsigned int count, int error, int *ret_result)
{
        unsigned int entries = 0;
        int status;

        for (;;) {
                struct __ptrace_syscall_info info = step(pid);

                if (is_end(&info))
                        break;
                if (info.op == PTRACE_SYSCALL_INFO_ENTRY && !is_of_memory(&info) &&
                    ++entries == count)
                        fail_call(pid, error);
        }
        assert_int_equal(ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        *ret_result = -WEXITSTATUS(status);
        return entries >= count;
}

/* Whether the header says of this result that the file is the new one. */
static bool means_new(int result)
{
        return result == 0 || result == -EINPROGRESS;
}

static void fail_everywhere(void **state, const char *old, int error)
{
        struct scene scene = make_scene(state, old);
        cfgw_client *client = replacing_client(state, scene.path);
        unsigned int at, failures = 0;
        int result = 0;

        for (at = 1; at < CALLS_MAX; at++) {
                reset(scene.path, scene.lock, old);
                if (!fail_at(start(client, NULL), at, error, &result))
                        break;
                if (inspect(&scene) != means_new(result))
                        fail_msg("call %u with %s: %s, but the file is %s", at,
                                 strerrorname_np(error), strerrordesc_np(-result),
                                 means_new(result) ? "the old one" : "the new one");
                assert_int_equal(access(scene.temporary, F_OK), -1);
                failures += result < 0;
        }
        assert_int_equal(result, 0); /* the last time nothing failed */
        assert_true(at > 20);
        assert_true(failures > 10);
        cfgw_client_unref(client);
        printf("# %u calls failed with %s, and %u times it did\n", at - 1, strerrorname_np(error),
               failures);
}

static void no_room_anywhere_is_told_and_leaves_no_litter(void **state)
{
        fail_everywhere(state, OLD, ENOSPC);
}

static void an_io_error_anywhere_is_told_and_leaves_no_litter(void **state)
{
        fail_everywhere(state, OLD, EIO);
}

static void a_lack_of_rights_anywhere_is_told_and_leaves_no_litter(void **state)
{
        fail_everywhere(state, OLD, EPERM);
}

static void an_error_where_no_file_was_leaves_none_or_a_whole_one(void **state)
{
        fail_everywhere(state, NULL, EIO);
}

#else

static void no_room_anywhere_is_told_and_leaves_no_litter(void **state)
{
        SKIP("how a system call is made to fail is known for x86-64 alone");
}

#define an_io_error_anywhere_is_told_and_leaves_no_litter                                          \
        no_room_anywhere_is_told_and_leaves_no_litter
#define a_lack_of_rights_anywhere_is_told_and_leaves_no_litter                                     \
        no_room_anywhere_is_told_and_leaves_no_litter
#define an_error_where_no_file_was_leaves_none_or_a_whole_one                                      \
        no_room_anywhere_is_told_and_leaves_no_litter

#endif

/* ------------------------------------------------------ saved without the lock */

#define SAVED "datastore: saved\n\tpath /by/hand\n"

static void save_in_place(const struct scene *scene)
{
        testing_write_file(scene->path, SAVED);
}

static void save_by_rename(const struct scene *scene)
{
        char path[256];

        snprintf(path, sizeof(path), "%s.new", scene->path);
        testing_write_file(path, SAVED);
        assert_int_equal(rename(path, scene->path), 0);
}

/* What becomes of the call if somebody saves with @save right before its system call @number. */
static int replace_while(const struct scene *scene, cfgw_client *client, const char *expected,
                         void (*save)(const struct scene *scene), uint64_t number)
{
        pid_t pid = start(client, expected);
        bool saved = false;
        int status;

        for (;;) {
                struct __ptrace_syscall_info info = step(pid);

                if (is_end(&info))
                        break;
                if (!saved && is_entry(&info, number)) {
                        save(scene);
                        saved = true;
                }
        }
        assert_true(saved);
        assert_int_equal(ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return -WEXITSTATUS(status);
}

static void a_save_without_the_lock_is_found_out(void **state)
{
        static void (*const ways[])(const struct scene *scene) = {save_in_place, save_by_rename};
        struct scene scene = make_scene(state, OLD);
        cfgw_client *client = replacing_client(state, scene.path);
        struct digest digest = digest_of(OLD, strlen(OLD));
        char expected[DIGEST_HEX_SIZE];

        hex_encode(digest.bytes, DIGEST_SIZE, expected);
        for (size_t i = 0; i < ELEMENTS(ways); i++) {
                reset(scene.path, scene.lock, OLD);
                assert_int_equal(replace_while(&scene, client, expected, ways[i], SYS_fsync),
                                 -ESTALE);
                assert_true(has_content(scene.path, SAVED));
                assert_int_equal(access(scene.temporary, F_OK), -1);
                /* Whoever does not care what was there replaces that as well. */
                reset(scene.path, scene.lock, OLD);
                assert_int_equal(replace_while(&scene, client, NULL, ways[i], SYS_fsync), 0);
                assert_true(has_content(scene.path, NEW));
                assert_int_equal(access(scene.temporary, F_OK), -1);
        }
        cfgw_client_unref(client);
}

/* Here even the last moment counts. */
static void a_file_that_comes_meanwhile_is_found_out(void **state)
{
        struct scene scene = make_scene(state, NULL);
        cfgw_client *client = replacing_client(state, scene.path);
        struct digest digest = digest_of("", 0);
        char expected[DIGEST_HEX_SIZE];

        hex_encode(digest.bytes, DIGEST_SIZE, expected);
        assert_int_equal(replace_while(&scene, client, expected, save_in_place, SYS_renameat2),
                         -ESTALE);
        assert_true(has_content(scene.path, SAVED));
        assert_int_equal(access(scene.temporary, F_OK), -1);
        reset(scene.path, scene.lock, NULL);
        assert_int_equal(replace_while(&scene, client, NULL, save_in_place, SYS_renameat2), 0);
        assert_true(has_content(scene.path, NEW));
        cfgw_client_unref(client);
}

/* Otherwise the new file would be open to whom the old one was just closed. */
static void close_to_others(const struct scene *scene)
{
        assert_int_equal(chmod(scene->path, 0600), 0);
}

static void a_mode_that_changes_meanwhile_stays(void **state)
{
        struct scene scene = make_scene(state, OLD);
        cfgw_client *client = replacing_client(state, scene.path);

        reset(scene.path, scene.lock, OLD);
        assert_int_equal(replace_while(&scene, client, NULL, close_to_others, SYS_fsync), 0);
        assert_true(has_content(scene.path, NEW));
        assert_owner(scene.path, 0600);
        cfgw_client_unref(client);
}

/* --------------------------------------------------------------- power failure */

/* What the disk has after a power failure follows from the order of these. */
static void the_data_is_on_the_disk_before_it_has_its_name(void **state)
{
        struct scene scene = make_scene(state, OLD);
        cfgw_client *client = replacing_client(state, scene.path);
        unsigned int chmods = 0, writes = 0, syncs = 0, renames = 0;
        pid_t pid;

        reset(scene.path, scene.lock, OLD);
        pid = start(client, NULL);
        for (;;) {
                struct __ptrace_syscall_info info = step(pid);

                if (is_end(&info))
                        break;
                if (is_entry(&info, SYS_write)) {
                        assert_int_equal(syncs, 0);
                        writes++;
                } else if (is_entry(&info, SYS_fchmod)) {
                        assert_int_equal(syncs, 0);
                        chmods++;
                } else if (is_entry(&info, SYS_renameat)) {
                        assert_int_equal(writes, 1);
                        assert_int_equal(chmods, 3); /* of the lock; of the file twice */
                        assert_int_equal(syncs, 1);
                        renames++;
                } else if (is_entry(&info, SYS_fsync)) {
                        assert_int_equal(renames, syncs); /* the file, then its directory */
                        syncs++;
                }
        }
        reap(pid);
        assert_int_equal(renames, 1);
        assert_int_equal(syncs, 2);
        assert_true(inspect(&scene));
        cfgw_client_unref(client);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(killed_anywhere_it_leaves_the_old_file_or_the_new_one),
                TEST(killed_anywhere_it_leaves_no_file_or_a_whole_one),
                TEST(no_room_anywhere_is_told_and_leaves_no_litter),
                TEST(an_io_error_anywhere_is_told_and_leaves_no_litter),
                TEST(a_lack_of_rights_anywhere_is_told_and_leaves_no_litter),
                TEST(an_error_where_no_file_was_leaves_none_or_a_whole_one),
                TEST(a_save_without_the_lock_is_found_out),
                TEST(a_file_that_comes_meanwhile_is_found_out),
                TEST(a_mode_that_changes_meanwhile_stays),
                TEST(the_data_is_on_the_disk_before_it_has_its_name),
        };

        return TESTING_RUN(tests);
}
