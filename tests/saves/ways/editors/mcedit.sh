# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: mcedit
# needs: mcedit tmux
save()
{
        terminal mcedit "$FILE"
        screen "datastore: ds0"
        keys F4
        screen "Enter replacement string"
        keys v0 Tab v1 Enter
        screen "[ All ]"
        keys Tab Enter
        screen "replacements made"
        keys Enter
        keys F2
        screen "Confirm save"
        keys Enter
        until_true is new
        keys F10
        closed
}
