# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim, backupcopy=no
# needs: vim tmux
save()
{
        with_vi vim -c "set backupcopy=no" "$FILE"
}
