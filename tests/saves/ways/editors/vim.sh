# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim
# needs: vim tmux
save()
{
        with_vi vim "$FILE"
}
