/* SPDX-License-Identifier: MIT */
/* A question on the terminal, wherever input and output go. */
#include "edit.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>

char prompt_ask(const char *question, const char *letters)
{
        int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
        FILE *terminal = fd >= 0 ? fdopen(fd, "r") : NULL;
        CLEANUP(free_done) char *line = NULL;
        size_t room = 0;
        char answer = '\0';

        if (!terminal) {
                close_done(&fd);
                return '\0';
        }
        /* What was typed for an editor that had gone already is no answer. */
        tcflush(fd, TCIFLUSH);
        while (!answer) {
                dprintf(fd, "%s ", question);
                if (getline(&line, &room, terminal) < 0)
                        break;
                if (line[0] && strchr(letters, tolower((unsigned char)line[0])))
                        answer = (char)tolower((unsigned char)line[0]);
        }
        if (!answer)
                dprintf(fd, "\n");
        fclose(terminal);
        return answer;
}
