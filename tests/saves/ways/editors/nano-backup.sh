# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: nano --backup
# needs: nano tmux
save()
{
        terminal nano --backup "$FILE"
        screen "datastore: ds0"
        keys 'C-\'
        screen "Search (to replace)"
        keys v0 Enter
        screen "Replace with"
        keys v1 Enter
        screen "Replace this instance?"
        keys a
        screen "Replaced"
        keys C-o
        screen "to Write"
        keys Enter
        screen "Wrote"
        keys C-x
        closed
}
