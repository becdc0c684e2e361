/* SPDX-License-Identifier: MIT */
/*
 * edit: the file of a domain in the user's editor, as visudo does it.
 *
 * Somebody has typed that text, so it is never lost: the private copy is removed only when its
 * text is in the file, or is what was in the file at the start and the editor left nothing beside
 * it. In every other case, whatever ends the edit, the copy stays, and its name is told.
 */
#include "edit.h"

#include <errno.h>
#include <libgen.h>
#include <string.h>

#define AT_ONCE_USEC UINT64_C(1000000) /* nobody reads a text and leaves it in less */

struct session {
        const struct cli *cli;
        struct target target;
        int lock; /* negative: there is no file */
        struct text before, after;
        struct copy copy;
        uint32_t line; /* where the editor begins: the one that was wrong; 0: none was */
        struct editor_end editor;
        uint64_t editor_usec; /* how long it ran */
};

enum { AGAIN = -1 }; /* beside the exit codes: the text is not good, and he will edit on */

static void session_done(struct session *session)
{
        rescue_end();
        target_done(&session->target);
        close_done(&session->lock);
        text_done(&session->before);
        text_done(&session->after);
        copy_done(&session->copy);
}

/* -------------------------------------------------------------------- begin */

/* The file is replaced by a rename: so the directory behind all symbolic links counts. */
static int check_rights(const char *path)
{
        CLEANUP(free_done) char *real = realpath(path, NULL);

        if (!real)
                return 0; /* what is wrong with it will be told, or it is not there yet */
        return eaccess(dirname(real), W_OK | X_OK) < 0 ? -errno : 0;
}

static int fail_busy(const char *domain, pid_t holder)
{
        if (holder > 0)
                complain("%s is being edited by somebody else (pid %d)", domain, (int)holder);
        else
                complain("%s is being edited by somebody else", domain);
        return EXIT_NO;
}

/* Takes the lock and the text. */
static int open_file(struct session *session)
{
        const char *path = session->target.path;
        pid_t holder = 0;
        int r = check_rights(path);

        if (r == 0)
                r = edit_lock(path, &session->lock, &holder);
        if (r == -EBUSY)
                return fail_busy(session->target.domain, holder);
        if (r == -ENOENT) {
                complain("there is no %s: beginning with an empty text", path);
                r = text_empty(&session->before);
        } else if (r == 0) {
                r = text_read_regular(session->lock, &session->before);
        }
        if (r == 0)
                return EXIT_YES;
        complain("cannot edit %s: %s", path, text_reason(r));
        return EXIT_TROUBLE;
}

static int begin(struct session *session)
{
        int r = open_file(session);

        if (r != EXIT_YES)
                return r;
        r = copy_make(session->target.path, &session->before, &session->copy);
        if (r < 0) {
                complain("cannot make a private copy: %s", strerror(-r));
                return EXIT_TROUBLE;
        }
        rescue_begin(session->copy.path);
        return EXIT_YES;
}

/* ---------------------------------------------------------------------- end */

static bool is_unchanged(const struct session *session)
{
        return session->after.data && text_equal(&session->before, &session->after);
}

/* Whether nobody would miss it. */
static bool is_worthless(const struct session *session)
{
        if (!copy_is_alone(&session->copy))
                return false;
        if (!session->after.data)
                return access(session->copy.path, F_OK) < 0;
        return is_unchanged(session) || text_is_blank(&session->after);
}

static void drop(struct session *session)
{
        rescue_end();
        copy_remove(&session->copy);
}

/* An end without the text in the file. */
static int keep(struct session *session, int status)
{
        if (is_worthless(session))
                drop(session);
        else
                complain("the edited text is kept in %s%s", session->copy.path,
                         copy_is_alone(&session->copy) ? ""
                                                       : ", with what the editor left beside it");
        return status;
}

static int end_unchanged(struct session *session)
{
        complain("no changes made to %s", session->target.path);
        if (session->editor_usec < AT_ONCE_USEC && isatty(STDIN_FILENO))
                complain("an editor that runs on needs an option to be waited for: gvim -f");
        return keep(session, EXIT_YES);
}

static int end_failed(struct session *session)
{
        int status = session->editor.status;

        complain("the editor '%s' failed with status %d: %s stays as it is", editor_command(),
                 status, session->target.path);
        /* The shell's numbers for what it cannot run. */
        return keep(session, status == 126 || status == 127 ? EXIT_TROUBLE : EXIT_NO);
}

/* What cfgw_replace() has said, but for a text that is not good. */
static int end_replaced(struct session *session, int error, uint64_t generation)
{
        int status = EXIT_YES;

        if (error == 0 && generation > 0)
                printf("generation %llu in force\n", (unsigned long long)generation);
        else
                status = fail_replace(session->cli, &session->target, error);
        if (!is_written(error))
                return keep(session, status);
        drop(session);
        return status;
}

/* --------------------------------------------------------------------- turn */

static int ask(struct session *session)
{
        if (prompt_ask("What now: (e)dit again, (q)uit without saving?", "eq") == 'e')
                return AGAIN;
        complain("%s stays as it is", session->target.path);
        return keep(session, EXIT_NO);
}

static int refuse(struct session *session, const cfgw_report *report)
{
        session->line = target_explain(session->cli, &session->target, &session->after, report);
        return ask(session);
}

/* An editor that was left with nothing in it is a way to give up, and an accident of editors. */
static int refuse_empty(struct session *session)
{
        complain("the edited text is empty");
        return ask(session);
}

static int save(struct session *session)
{
        CLEANUP(report_done) cfgw_report *report = NULL;
        uint64_t generation = 0;
        int r = target_replace(session->cli, &session->target, &session->after,
                               session->before.digest, &generation, &report);

        if (r == -EBADMSG)
                return refuse(session, report);
        return end_replaced(session, r, generation);
}

static int run_editor(struct session *session)
{
        uint64_t begin = realtime_usec();
        int ran = editor_run(session->copy.path, session->line, &session->editor), r;

        session->editor_usec = realtime_usec() - begin;
        text_done(&session->after);
        r = text_read_file(session->copy.path, &session->after);
        if (ran < 0) {
                complain("cannot run an editor: %s", strerror(-ran));
                return keep(session, EXIT_TROUBLE);
        }
        if (session->editor.signal) {
                keep(session, EXIT_NO);
                end_by_signal(session->editor.signal);
        }
        if (session->editor.status != 0)
                return end_failed(session);
        if (r == 0)
                return EXIT_YES;
        complain("cannot read what was edited: %s", strerror(-r));
        return keep(session, EXIT_TROUBLE);
}

static int edit(struct session *session)
{
        int r;

        do {
                r = run_editor(session);
                if (r != EXIT_YES)
                        return r;
                if (is_unchanged(session))
                        return end_unchanged(session);
                if (text_is_blank(&session->after) && !text_is_blank(&session->before))
                        r = refuse_empty(session);
                else
                        r = save(session);
        } while (r == AGAIN);
        return r;
}

int cmd_edit(const struct cli *cli)
{
        CLEANUP(session_done) struct session session = {.cli = cli, .lock = -1};
        int r = target_find(cli, cli->operands[0], &session.target);

        if (r == EXIT_YES)
                r = begin(&session);
        if (r == EXIT_YES)
                r = edit(&session);
        return r;
}
