# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: joe
# needs: joe tmux
save()
{
        terminal joe "$FILE"
        screen "datastore: ds0"
        keys C-k f
        screen "Find"
        keys v0 Enter
        screen "gnore"
        keys r Enter
        screen "Replace with"
        keys v1 Enter
        screen "Replace (Y)es"
        keys r
        screen "comment v1"
        keys C-k x
        closed
}
