# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim, backup and backupcopy=no
# needs: vim tmux
save()
{
        with_vi vim -c "set backup backupcopy=no" "$FILE"
}
