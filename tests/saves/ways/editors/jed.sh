# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: jed
# needs: jed tmux
save()
{
        terminal jed "$FILE"
        screen "datastore: ds0"
        keys M-%
        screen "Replace"
        keys v0 Enter v1 Enter
        screen "Replace"
        keys !
        screen "comment v1"
        keys C-x C-s
        until_true is new
        keys C-x C-c
        closed
}
