# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim, backupcopy=yes
# needs: vim tmux
save()
{
        with_vi vim -c "set backupcopy=yes" "$FILE"
}
