/* SPDX-License-Identifier: MIT */
/*
 * The last words of an edit that a signal ends: where the text is kept. A handler may not look for
 * them then, so they are ready beforehand.
 */
#include "edit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

static char *volatile last_words;

static void say_and_end(int number)
{
        const char *words = last_words;

        if (words && write(STDERR_FILENO, words, strlen(words)) < 0)
                last_words = NULL; /* nobody is there to read them */
        raise(number);             /* when this returns; SA_RESETHAND: it ends the program */
}

static void prepare_words(const char *path)
{
        char *words = NULL;
        size_t size;
        FILE *stream = open_memstream(&words, &size);

        if (!stream)
                return;
        fputs("\ncfgwatch: the edited text is kept in ", stream);
        print_escaped(stream, path);
        fputc('\n', stream);
        if (fclose(stream) == 0)
                last_words = words;
}

void rescue_begin(const char *path)
{
        struct sigaction action = {.sa_handler = say_and_end, .sa_flags = SA_RESETHAND}, old;

        prepare_words(path);
        sigfillset(&action.sa_mask);
        for (size_t i = 0; i < ENDINGS; i++)
                if (sigaction(endings[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
                        sigaction(endings[i], &action, NULL);
}

void rescue_end(void)
{
        char *words = last_words;
        struct sigaction old;

        for (size_t i = 0; i < ENDINGS; i++)
                if (sigaction(endings[i], NULL, &old) == 0 && old.sa_handler == say_and_end)
                        signal(endings[i], SIG_DFL);
        last_words = NULL;
        free(words);
}

void rescue_signals(sigset_t *ret)
{
        struct sigaction action;

        sigemptyset(ret);
        for (size_t i = 0; i < ENDINGS; i++)
                if (sigaction(endings[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
                        sigaddset(ret, endings[i]);
}

void end_by_signal(int number)
{
        sigset_t only;

        sigemptyset(&only);
        sigaddset(&only, number);
        signal(number, SIG_DFL);
        sigprocmask(SIG_UNBLOCK, &only, NULL);
        raise(number);
        _exit(128 + number);
}
