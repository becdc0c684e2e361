# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: emacs in a terminal
# needs: emacs tmux
save()
{
        terminal emacs -nw -Q "$FILE"
        screen "datastore: ds0"
        keys M-% v0 Enter v1 Enter
        screen "Query replacing"
        keys !
        screen "Replaced"
        keys C-x C-s
        until_true is new
        keys C-x C-c
        closed
}
