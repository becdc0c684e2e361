# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim, :wq without a change
# generations: 0
# needs: vim tmux
save()
{
        terminal vim "$FILE"
        screen "datastore: ds0"
        keys ":wq" Enter
        closed
}
