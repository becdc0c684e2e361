/* SPDX-License-Identifier: MIT */
/*
 * One save is one generation, whatever program saves and however it does it, and a thread
 * that looks up all the time never sees anything but whole contents. Bytes that did not
 * change are no generation.
 */
#include "harness.h"

#include "util.h"

#include <stdio.h>

#define SAVES 3 /* in a row with each program: the second one may differ from the first */

/* Both tests of a save end with this. */
static void expect_one_generation(struct harness *harness, uint64_t generation, const char *tag)
{
        harness_expect_generation(harness, generation);
        harness_expect_content(harness, tag);
        WAIT_FOR(harness_drain(harness) >= generation - 1);
        assert_int_equal(harness->changes, generation - 1);
        assert_int_equal(harness->told_generation, generation);
}

static void begin(struct harness *harness)
{
        harness_save(harness, "v0");
        harness_start(harness, "");
        harness_expect_generation(harness, 1);
        harness_listen(harness);
        harness_look_out(harness);
}

static void end(struct harness *harness)
{
        assert_int_equal(harness_number(harness, "accepted", NULL), SAVES + 1);
        assert_int_equal(harness_number(harness, "found", "ttl"), 0);
        assert_string_equal(cfgw_state_name(harness->told_state), "valid");
        lookout_assert(harness->lookout, "v0 v1 v2 v3");
}

/* $OLD and $NEW are the tags of before and after; the file ../new holds the new content. */
static void save_with(void **state, const char *command)
{
        struct harness *harness = *state;
        char old[16], new[16];

        begin(harness);
        for (int i = 1; i <= SAVES; i++) {
                snprintf(old, sizeof(old), "v%d", i - 1);
                snprintf(new, sizeof(new), "v%d", i);
                setenv("OLD", old, 1);
                setenv("NEW", new, 1);
                harness_save_at(harness, testing_path(&harness->testing, "new"), new);
                harness_shell(harness, command);
                expect_one_generation(harness, (uint64_t)i + 1, new);
        }
        end(harness);
}

#define SAVE_TEST(name, command)                                                                   \
        static void name(void **state)                                                             \
        {                                                                                          \
                save_with(state, command);                                                         \
        }

SAVE_TEST(sed_in_place, "sed -i s/$OLD/$NEW/ \"$FILE\"")
SAVE_TEST(perl_in_place, "perl -pi -e s/$OLD/$NEW/ \"$FILE\"")
SAVE_TEST(cat_over, "cat ../new >\"$FILE\"")
SAVE_TEST(copy_over, "cp ../new \"$FILE\"")
SAVE_TEST(tee_over, "tee \"$FILE\" <../new >/dev/null")
SAVE_TEST(move_over, "cp ../new datastore.cfg.new && mv datastore.cfg.new \"$FILE\"")
SAVE_TEST(as_proxmox_backup_does,
          "cp ../new datastore.cfg.tmp_XyZ123 && sync datastore.cfg.tmp_XyZ123 && "
          "chmod 640 datastore.cfg.tmp_XyZ123 && mv datastore.cfg.tmp_XyZ123 \"$FILE\"")
SAVE_TEST(remove_and_create, "rm \"$FILE\"; cat ../new >\"$FILE\"")
SAVE_TEST(remove_and_create_later, "rm \"$FILE\"; sleep 0.5; cat ../new >\"$FILE\"")
SAVE_TEST(rename_away_and_create, "mv \"$FILE\" \"$FILE~\"; cat ../new >\"$FILE\"")
SAVE_TEST(install_over, "install -m 644 ../new \"$FILE\"")
SAVE_TEST(overwrite_in_place, "dd if=../new of=\"$FILE\" conv=notrunc bs=1000 2>/dev/null")
SAVE_TEST(truncate_and_write_later, ": >\"$FILE\"; sleep 0.5; cat ../new >\"$FILE\"")
SAVE_TEST(slow_writer, "{ head -c 4096 ../new; sleep 1; tail -c +4097 ../new; } >\"$FILE\"")
/* What came first ends with a whole section, so that it would parse. */
SAVE_TEST(slow_writer_at_a_section_end,
          "{ head -n 8 ../new; sleep 1; tail -n +9 ../new; } >\"$FILE\"")
SAVE_TEST(many_small_writes,
          "while IFS= read -r line; do printf '%s\\n' \"$line\"; done <../new >\"$FILE\"")
SAVE_TEST(vim_in_ex_mode, "vim -es -c %s/$OLD/$NEW/ -c wq \"$FILE\"")

/* ------------------------------------------------------------------ editors */

/* Real keys on a real terminal. */
static void edit_with(void **state, const char *const argv[])
{
        struct harness *harness = *state;
        char keys[64], tag[16];

        if (process_shell("command -v vim && command -v busybox", harness->shell_log) != 0)
                SKIP("no vim or no busybox");
        if (!process_has_terminals())
                SKIP("no pseudo terminals");
        begin(harness);
        for (int i = 1; i <= SAVES; i++) {
                snprintf(tag, sizeof(tag), "v%d", i);
                snprintf(keys, sizeof(keys), ":%%s/v%d/%s/g\r:wq\r", i - 1, tag);
                assert_int_equal(process_type(argv, "datastore: ds0", keys), 0);
                expect_one_generation(harness, (uint64_t)i + 1, tag);
        }
        end(harness);
}

static void vim(void **state)
{
        const char *const argv[] = {"vim", "datastore.cfg", NULL};

        edit_with(state, argv);
}

static void vim_that_keeps_the_inode(void **state)
{
        const char *const argv[] = {"vim", "-c", "set backupcopy=yes", "datastore.cfg", NULL};

        edit_with(state, argv);
}

static void busybox_vi(void **state)
{
        const char *const argv[] = {"busybox", "vi", "datastore.cfg", NULL};

        edit_with(state, argv);
}

/* ---------------------------------------------------------------- no change */

static void leave_with(void **state, const char *command)
{
        struct harness *harness = *state;
        uint64_t unchanged;

        begin(harness);
        unchanged = harness_number(harness, "unchanged", NULL);
        harness_shell(harness, command);
        /* The daemon has looked, by itself, and has found nothing to do. */
        WAIT_FOR(harness_number(harness, "unchanged", NULL) > unchanged);
        assert_int_equal(harness_sync(harness), 1);
        assert_int_equal(harness_number(harness, "accepted", NULL), 1);
        assert_int_equal(harness_drain(harness), 0);
        assert_int_equal(harness->states, 0);
        lookout_assert(harness->lookout, "v0");
}

#define LEAVE_TEST(name, command)                                                                  \
        static void name(void **state)                                                             \
        {                                                                                          \
                leave_with(state, command);                                                        \
        }

LEAVE_TEST(same_bytes_in_place, "cp \"$FILE\" ../same && cat ../same >\"$FILE\"")
LEAVE_TEST(same_bytes_by_rename, "cp \"$FILE\" same && mv same \"$FILE\"")
LEAVE_TEST(same_bytes_with_a_pause,
           "cp \"$FILE\" ../same && { head -c 5000 ../same; sleep 0.5; tail -c +5001 ../same; } "
           ">\"$FILE\"")
LEAVE_TEST(touched, "touch \"$FILE\"")
LEAVE_TEST(touched_to_the_past, "touch -d 2001-01-01 \"$FILE\"")
LEAVE_TEST(opened_for_writing, ": >>\"$FILE\"")
LEAVE_TEST(other_mode, "chmod 600 \"$FILE\"")

/* ----------------------------------------------------------------- in a row */

static void the_next_save_comes_while_the_first_is_looked_at(void **state)
{
        struct harness *harness = *state;
        char tag[16];

        begin(harness);
        for (int i = 1; i <= 100; i++) {
                snprintf(tag, sizeof(tag), "w%d", i);
                harness_save(harness, tag);
        }
        /* How many of them became generations depends on the daemon's speed; the last does. */
        assert_true(harness_sync(harness) <= 101);
        harness_expect_content(harness, "w100");
        WAIT_FOR((harness_drain(harness), harness->told_generation == harness_sync(harness)));
        lookout_assert(harness->lookout, NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                SYSTEM_TEST(vim),
                SYSTEM_TEST(vim_that_keeps_the_inode),
                SYSTEM_TEST(vim_in_ex_mode),
                SYSTEM_TEST(busybox_vi),
                SYSTEM_TEST(sed_in_place),
                SYSTEM_TEST(perl_in_place),
                SYSTEM_TEST(cat_over),
                SYSTEM_TEST(copy_over),
                SYSTEM_TEST(tee_over),
                SYSTEM_TEST(move_over),
                SYSTEM_TEST(as_proxmox_backup_does),
                SYSTEM_TEST(remove_and_create),
                SYSTEM_TEST(remove_and_create_later),
                SYSTEM_TEST(rename_away_and_create),
                SYSTEM_TEST(install_over),
                SYSTEM_TEST(overwrite_in_place),
                SYSTEM_TEST(truncate_and_write_later),
                SYSTEM_TEST(slow_writer),
                SYSTEM_TEST(slow_writer_at_a_section_end),
                SYSTEM_TEST(many_small_writes),
                SYSTEM_TEST(same_bytes_in_place),
                SYSTEM_TEST(same_bytes_by_rename),
                SYSTEM_TEST(same_bytes_with_a_pause),
                SYSTEM_TEST(touched),
                SYSTEM_TEST(touched_to_the_past),
                SYSTEM_TEST(opened_for_writing),
                SYSTEM_TEST(other_mode),
                SYSTEM_TEST(the_next_save_comes_while_the_first_is_looked_at),
        };

        return TESTING_RUN(tests);
}
