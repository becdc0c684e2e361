/* SPDX-License-Identifier: MIT */
/* One domain on real files and on a clock that the test owns. */
#include "looking.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define BROKEN "datastore: two\n\tpath /srv/two\n\tpath /srv/three\n"
#define NOT_VALID "datastore: two\nnonsense\n"

/* What a read of the source is made to bring. */
static int read_result;
static bool read_torn;
int __real_source_read(const char *path, size_t size_max, const struct digest *known,
                       struct source *ret);
int __wrap_source_read(const char *path, size_t size_max, const struct digest *known,
                       struct source *ret);

int __wrap_source_read(const char *path, size_t size_max, const struct digest *known,
                       struct source *ret)
{
        if (read_result < 0)
                return read_result;
        if (read_torn) {
                ret->result = SOURCE_TORN;
                return 0;
        }
        return __real_source_read(path, size_max, known, ret);
}

static void test_each_new_content_is_one_generation(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.domain->generation, 1);
        assert_int_equal(fixture.domain->found[SETTLE_CAUSE_START], 1);
        assert_int_equal(save(&fixture, SECOND), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.domain->generation, 2);
        assert_int_equal(fixture.domain->sections, 1);
        assert_int_equal(fixture.domain->found[SETTLE_CAUSE_EVENT], 1);
        assert_int_equal(save(&fixture, SECOND), DOMAIN_NOTHING);
        assert_int_equal(fixture.domain->generation, 2);
        assert_int_equal(fixture.domain->unchanged, 1);
        assert_string_equal(testing_read_file(state, testing_path(state, "state/datastore/2.cfg")),
                            SECOND);
        assert_non_null(testing_read_file(state, testing_path(state, "runtime/datastore/2.snap")));
        domain_free(fixture.domain);
}

static void test_broken_content_keeps_last_good_and_names_the_line(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(save(&fixture, BROKEN), DOMAIN_NEW_STATE);
        assert_int_equal(fixture.domain->state, CFGW_STATE_INVALID);
        assert_int_equal(fixture.domain->line, 3);
        assert_string_equal(fixture.domain->reason, "duplicate property 'path'");
        assert_int_equal(fixture.domain->generation, 1);
        assert_int_equal(save(&fixture, BROKEN), DOMAIN_NOTHING); /* told once */
        assert_int_equal(save(&fixture, NOT_VALID), DOMAIN_NEW_STATE);
        assert_int_equal(fixture.domain->line, 2);

        assert_int_equal(save(&fixture, FIRST), DOMAIN_NEW_STATE); /* repaired to the same */
        assert_int_equal(fixture.domain->state, CFGW_STATE_VALID);
        assert_string_equal(fixture.domain->reason, "");
        assert_int_equal(fixture.domain->generation, 1);

        assert_int_equal(save(&fixture, BROKEN), DOMAIN_NEW_STATE);
        assert_int_equal(save(&fixture, SECOND), DOMAIN_NEW_CONTENT); /* to others */
        assert_int_equal(fixture.domain->generation, 2);
        assert_int_equal(fixture.domain->state, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

/* Whatever happened to the disk: better no content than one that nobody has accepted. */
static void test_damaged_last_good_is_no_content(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        domain_free(fixture.domain);
        testing_write_file(testing_path(state, "file.cfg"), BROKEN);
        testing_write_file(testing_path(state, "state/datastore/1.cfg"), SECOND);
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(fixture.domain->generation, 0);
        assert_int_equal(fixture.domain->state, CFGW_STATE_INVALID);
        assert_null(testing_read_file(state, testing_path(state, "runtime/datastore/1.snap")));
        assert_int_equal(save(&fixture, FIRST), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.domain->generation, 2);
        domain_free(fixture.domain);
}

static void test_missing_file_keeps_last_good(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(unlink(fixture.path), 0);
        settle_hint(&fixture.domain->settle, SETTLE_HINT_GONE, fixture.now);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_STATE);
        assert_int_equal(fixture.domain->state, CFGW_STATE_MISSING);
        assert_int_equal(fixture.domain->generation, 1);
        assert_int_equal(save(&fixture, FIRST), DOMAIN_NEW_STATE);
        assert_int_equal(fixture.domain->state, CFGW_STATE_VALID);
        assert_int_equal(fixture.domain->generation, 1);
        domain_free(fixture.domain);
}

static void test_directory_in_the_place_of_the_file_is_unreadable(void **state)
{
        struct fixture fixture;

        assert_int_equal(mkdir(testing_path(state, "file.cfg"), 0700), 0);
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(fixture.domain->state, CFGW_STATE_UNREADABLE);
        assert_int_equal(fixture.domain->generation, 0);
        assert_true(strlen(fixture.domain->reason) > 0);
        domain_free(fixture.domain);
}

static void test_restart_without_an_edit_is_no_news(void **state)
{
        struct fixture fixture;
        uint64_t epoch;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        save(&fixture, SECOND);
        epoch = history_epoch(fixture.domain->history);
        domain_free(fixture.domain);

        fixture = start(state);
        assert_int_equal(fixture.domain->generation, 2);      /* before the first look already */
        assert_int_equal(settle(&fixture), DOMAIN_NEW_STATE); /* unknown -> valid */
        assert_int_equal(fixture.domain->generation, 2);
        assert_true(history_epoch(fixture.domain->history) == epoch);
        domain_free(fixture.domain);
}

static void test_edits_while_down_are_one_generation(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        domain_free(fixture.domain);
        testing_write_file(fixture.path, BROKEN);
        testing_write_file(fixture.path, SECOND);
        fixture = start(state);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.domain->generation, 2);
        domain_free(fixture.domain);
}

static void test_start_against_a_broken_file_brings_last_good_back(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        domain_free(fixture.domain);
        testing_write_file(fixture.path, BROKEN);
        assert_int_equal(unlink(testing_path(state, "runtime/datastore/1.snap")), 0); /* reboot */
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(fixture.domain->state, CFGW_STATE_INVALID);
        assert_int_equal(fixture.domain->generation, 1);
        assert_non_null(testing_read_file(state, testing_path(state, "runtime/datastore/1.snap")));
        domain_free(fixture.domain);
}

static void test_lack_of_memory_is_shown_and_passes(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        read_result = -ENOMEM;
        assert_int_equal(save(&fixture, SECOND), DOMAIN_NEW_STATE);
        assert_int_equal(fixture.domain->state, CFGW_STATE_UNREADABLE);
        assert_string_equal(fixture.domain->reason, "out of memory");
        assert_int_equal(fixture.domain->generation, 1);
        read_result = 0;
        fixture.now = settle_deadline(&fixture.domain->settle);
        domain_look(fixture.domain, fixture.now);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.domain->generation, 2);
        assert_int_equal(fixture.domain->state, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

/* The lines of a log that complain. */
static size_t count_complaints(const char *text)
{
        size_t count = 0;

        while ((text = strstr(text, "while it is read"))) {
                count++;
                text++;
        }
        return count;
}

static void test_file_that_never_holds_still_is_pending_and_in_the_log(void **state)
{
        const char *log = testing_path(state, "log");
        struct fixture fixture;
        uint64_t until;
        int saved, fd;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        fd = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        dup2(fd, STDERR_FILENO);
        close(fd);
        read_torn = true;
        settle_hint(&fixture.domain->settle, SETTLE_HINT_COMMIT, fixture.now);
        until = fixture.now + 150 * USEC_PER_SEC;
        while (fixture.now < until) {
                fixture.now = settle_deadline(&fixture.domain->settle);
                assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NOTHING);
        }
        dup2(saved, STDERR_FILENO);
        close(saved);
        read_torn = false;
        assert_true(fixture.domain->settle.dirty);
        assert_int_equal(fixture.domain->state, CFGW_STATE_VALID);
        assert_int_equal(count_complaints(testing_read_file(state, log)), 3);
        assert_int_equal(settle(&fixture), DOMAIN_NOTHING);
        domain_free(fixture.domain);
}

static void test_file_that_cannot_be_read_for_another_reason_tells_it(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(unlink(fixture.path), 0);
        assert_int_equal(mkdir(fixture.path, 0700), 0);
        settle_hint(&fixture.domain->settle, SETTLE_HINT_GONE, fixture.now);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_STATE);
        assert_string_equal(fixture.domain->reason, "not a regular file");
        assert_int_equal(rmdir(fixture.path), 0);
        fixture.domain->rules.limits.size = 10;
        assert_int_equal(save(&fixture, FIRST), DOMAIN_NEW_STATE);
        assert_int_equal(fixture.domain->state, CFGW_STATE_UNREADABLE);
        assert_string_equal(fixture.domain->reason, "larger than 10 bytes");
        domain_free(fixture.domain);
}

/* A blind watch shows itself until it has been seen to see. */
static void test_missed_event_is_told_of_until_one_comes(void **state)
{
        _cleanup_free_ char *after_ttl = NULL, *after_sync = NULL;
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        assert_null(domain_degraded(fixture.domain));
        testing_write_file(fixture.path, SECOND);
        fixture.now = settle_deadline(&fixture.domain->settle);
        domain_look(fixture.domain, fixture.now);
        settle(&fixture);
        assert_int_equal(fixture.domain->found[SETTLE_CAUSE_TTL], 1);
        after_ttl = domain_degraded(fixture.domain);
        assert_non_null(after_ttl);

        testing_write_file(fixture.path, FIRST); /* again without an event */
        settle_sync(&fixture.domain->settle, fixture.now);
        settle(&fixture);
        assert_int_equal(fixture.domain->found[SETTLE_CAUSE_SYNC], 1);
        after_sync = domain_degraded(fixture.domain);
        assert_non_null(after_sync);

        save(&fixture, SECOND);
        assert_int_equal(fixture.domain->found[SETTLE_CAUSE_EVENT], 1);
        assert_null(domain_degraded(fixture.domain));
        domain_free(fixture.domain);
}

static void test_content_that_cannot_be_stored_does_not_move_anything(void **state)
{
        struct fixture fixture;
        const char *obstacle = testing_path(state, "state/datastore/2.cfg");

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(mkdir(obstacle, 0700), 0);
        testing_write_file(fixture.path, SECOND);
        settle_sync(&fixture.domain->settle, fixture.now);
        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NEW_STATE);
        assert_int_equal(fixture.domain->state, CFGW_STATE_UNSTORED);
        assert_int_equal(fixture.domain->store_error, -EISDIR);
        assert_int_equal(fixture.domain->generation, 1);
        assert_true(fixture.domain->settle.dirty); /* it is tried again */
        assert_int_equal(rmdir(obstacle), 0);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.domain->generation, 2);
        assert_int_equal(fixture.domain->state, CFGW_STATE_VALID);
        domain_free(fixture.domain);
}

/* A start with the runtime directory full, say. The obstacle stands for it. */
static void test_last_good_that_cannot_be_written_is_tried_again(void **state)
{
        const char *obstacle = testing_path(state, "runtime/datastore/1.snap");
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        domain_free(fixture.domain);
        assert_int_equal(unlink(obstacle), 0);
        assert_int_equal(mkdir(obstacle, 0700), 0);

        fixture = start(state);
        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NEW_STATE);
        assert_int_equal(fixture.domain->state, CFGW_STATE_UNSTORED);
        assert_string_equal(fixture.domain->reason, "cannot store generation 1: Is a directory");
        assert_int_equal(fixture.domain->generation, 0);
        assert_int_equal(settle_deadline(&fixture.domain->settle),
                         fixture.now + fixture.domain->settle.times.confirm_usec);
        fixture.now = settle_deadline(&fixture.domain->settle);
        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NOTHING);

        assert_int_equal(rmdir(obstacle), 0);
        assert_int_equal(settle(&fixture), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.domain->generation, 1); /* no new number for what was accepted */
        assert_int_equal(fixture.domain->state, CFGW_STATE_VALID);
        assert_int_equal(fixture.domain->accepted, 0);
        assert_non_null(testing_read_file(state, obstacle));
        domain_free(fixture.domain);
}

static void test_cut_of_last_good_is_confirmed_before_it_is_believed(void **state)
{
        struct fixture fixture;
        uint64_t before;

        testing_write_file(testing_path(state, "file.cfg"), FIRST "\tcomment a\n");
        fixture = start(state);
        settle(&fixture);
        before = fixture.now;
        assert_int_equal(save(&fixture, FIRST), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.now - before, fixture.domain->settle.times.confirm_usec);
        before = fixture.now;
        assert_int_equal(save(&fixture, SECOND), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.now - before, fixture.domain->settle.times.in_place_usec);
        domain_free(fixture.domain);
}

static void test_open_writer_is_waited_for(void **state)
{
        struct fixture fixture;
        int fd;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        fd = open(fixture.path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_int_equal(write_all(fd, SECOND, strlen(SECOND)), 0);
        settle_sync(&fixture.domain->settle, fixture.now);
        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NOTHING);
        assert_true(fixture.domain->settle.dirty);
        close(fd);
        assert_int_equal(domain_look(fixture.domain, fixture.now), DOMAIN_NEW_CONTENT);
        domain_free(fixture.domain);
}

static void test_stored_copies_follow_the_mode_of_the_source(void **state)
{
        struct fixture fixture;
        struct stat stat_buffer;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        assert_int_equal(chmod(testing_path(state, "file.cfg"), 0640), 0);
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(stat(testing_path(state, "runtime/datastore/1.snap"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0440);
        assert_int_equal(stat(testing_path(state, "runtime/datastore"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0750);
        assert_int_equal(stat(testing_path(state, "state/datastore"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0700);
        assert_int_equal(chmod(fixture.path, 0600), 0);
        settle_hint(&fixture.domain->settle, SETTLE_HINT_TOUCHED, fixture.now);
        assert_int_equal(settle(&fixture), DOMAIN_NOTHING);
        assert_int_equal(stat(testing_path(state, "runtime/datastore/1.snap"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0400);
        assert_int_equal(stat(testing_path(state, "runtime/datastore"), &stat_buffer), 0);
        assert_int_equal(stat_buffer.st_mode & 07777, 0700);
        domain_free(fixture.domain);
}

static mode_t mode_of(void **state, const char *name)
{
        struct stat stat_buffer;

        assert_int_equal(stat(testing_path(state, "%s", name), &stat_buffer), 0);
        return stat_buffer.st_mode & 07777;
}

/* Puts @text with @mode in the place of the file, as an editor does that saves anew. */
static void save_with_mode(void **state, struct fixture *fixture, const char *text, mode_t mode)
{
        const char *other = testing_path(state, "other");

        testing_write_file(other, text);
        assert_int_equal(chmod(other, mode), 0);
        assert_int_equal(rename(other, fixture->path), 0);
        settle_hint(&fixture->domain->settle, SETTLE_HINT_RENAME, fixture->now);
        settle(fixture);
}

static void test_wider_file_does_not_open_the_content_before_it(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        assert_int_equal(chmod(testing_path(state, "file.cfg"), 0600), 0);
        fixture = start(state);
        settle(&fixture);
        save_with_mode(state, &fixture, BROKEN, 0644); /* generation 1 stays in force */
        assert_int_equal(mode_of(state, "runtime/datastore/1.snap"), 0400);
        assert_int_equal(mode_of(state, "runtime/datastore"), 0700);
        domain_free(fixture.domain);

        fixture = start(state); /* a restart brings it back, for nobody else */
        settle(&fixture);
        assert_int_equal(fixture.domain->generation, 1);
        assert_int_equal(mode_of(state, "runtime/datastore/1.snap"), 0400);
        save_with_mode(state, &fixture, SECOND, 0644);
        assert_int_equal(mode_of(state, "runtime/datastore/2.snap"), 0444);
        assert_int_equal(mode_of(state, "runtime/datastore/1.snap"), 0400);
        assert_int_equal(mode_of(state, "runtime/datastore"), 0755);
        save_with_mode(state, &fixture, BROKEN, 0600); /* who may not read that ... */
        assert_int_equal(mode_of(state, "runtime/datastore/2.snap"), 0400);
        domain_free(fixture.domain);
}

static void test_content_behind_an_access_control_list_is_private(void **state)
{
        /* user::rw- user:1000:r-- group::--- mask::r-- other::--- (acl(5), xattr format) */
        static const unsigned char acl[] = {
                2,  0, 0, 0,                         /* version */
                1,  0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* owner */
                2,  0, 4, 0, 0xe8, 3,    0,    0,    /* user 1000 */
                4,  0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* group */
                16, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* mask */
                32, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* others */
        };
        struct fixture fixture;
        const char *path = testing_path(state, "file.cfg");

        testing_write_file(path, FIRST);
        if (setxattr(path, "system.posix_acl_access", acl, sizeof(acl), 0) < 0)
                skip();                                     /* no lists on this file system */
        assert_int_equal(mode_of(state, "file.cfg"), 0640); /* the mask shows as the group's */
        fixture = start(state);
        settle(&fixture);
        assert_int_equal(mode_of(state, "runtime/datastore/1.snap"), 0400);
        domain_free(fixture.domain);
}

static void test_state_from_a_backup_begins_a_new_epoch(void **state)
{
        struct board_entry told = {.state = CFGW_STATE_VALID};
        struct fixture fixture;
        uint64_t epoch;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        epoch = told.epoch = history_epoch(fixture.domain->history);
        told.generation = 1;
        told.digest = fixture.domain->digest;
        domain_free(fixture.domain);

        fixture = start_with(
                state, &(struct domain_options){.told = &told}); /* as it was told: nothing lost */
        assert_true(history_epoch(fixture.domain->history) == epoch);
        domain_free(fixture.domain);
        told.digest.bytes[0] ^= 1;
        fixture = start_with(state, &(struct domain_options){
                                            .told = &told}); /* another content had this number */
        assert_true(history_epoch(fixture.domain->history) != epoch);
        domain_free(fixture.domain);
        fixture = start(state);
        told.epoch = epoch = history_epoch(fixture.domain->history);
        told.generation = 2;
        domain_free(fixture.domain);
        fixture = start_with(
                state, &(struct domain_options){.told = &told}); /* a generation that is not kept */
        assert_true(history_epoch(fixture.domain->history) != epoch);
        assert_int_equal(fixture.domain->generation, 1);
        domain_free(fixture.domain);
}

static void test_few_snapshots_are_kept(void **state)
{
        struct fixture fixture;

        testing_write_file(testing_path(state, "file.cfg"), FIRST);
        fixture = start(state);
        settle(&fixture);
        for (int i = 0; i < STORE_KEPT + 2; i++)
                assert_int_equal(save(&fixture, i % 2 ? FIRST : SECOND), DOMAIN_NEW_CONTENT);
        assert_int_equal(fixture.domain->generation, STORE_KEPT + 3);
        assert_null(testing_read_file(state, testing_path(state, "runtime/datastore/3.snap")));
        assert_non_null(testing_read_file(state, testing_path(state, "runtime/datastore/4.snap")));
        domain_free(fixture.domain);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_each_new_content_is_one_generation),
                TEST(test_broken_content_keeps_last_good_and_names_the_line),
                TEST(test_damaged_last_good_is_no_content),
                TEST(test_missing_file_keeps_last_good),
                TEST(test_directory_in_the_place_of_the_file_is_unreadable),
                TEST(test_restart_without_an_edit_is_no_news),
                TEST(test_edits_while_down_are_one_generation),
                TEST(test_start_against_a_broken_file_brings_last_good_back),
                TEST(test_lack_of_memory_is_shown_and_passes),
                TEST(test_file_that_never_holds_still_is_pending_and_in_the_log),
                TEST(test_content_that_cannot_be_stored_does_not_move_anything),
                TEST(test_last_good_that_cannot_be_written_is_tried_again),
                TEST(test_file_that_cannot_be_read_for_another_reason_tells_it),
                TEST(test_missed_event_is_told_of_until_one_comes),
                TEST(test_cut_of_last_good_is_confirmed_before_it_is_believed),
                TEST(test_open_writer_is_waited_for),
                TEST(test_stored_copies_follow_the_mode_of_the_source),
                TEST(test_wider_file_does_not_open_the_content_before_it),
                TEST(test_content_behind_an_access_control_list_is_private),
                TEST(test_state_from_a_backup_begins_a_new_epoch),
                TEST(test_few_snapshots_are_kept),
        };

        return TESTING_RUN(tests);
}
