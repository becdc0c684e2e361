# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim, noswapfile and nofsync
# needs: vim tmux
save()
{
        with_vi vim -n -c "set nofsync" "$FILE"
}
