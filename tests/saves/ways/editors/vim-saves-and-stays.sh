# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim, :w without leaving
# needs: vim tmux
save()
{
        terminal vim "$FILE"
        screen "datastore: ds0"
        keys ":%s/v0/v1/g" Enter
        screen "comment v1"
        keys ":w" Enter
        screen "written"
}
