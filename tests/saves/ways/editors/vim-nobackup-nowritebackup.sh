# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim, nobackup and nowritebackup
# needs: vim tmux
save()
{
        with_vi vim -c "set nobackup nowritebackup" "$FILE"
}
