# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim, backup
# needs: vim tmux
save()
{
        with_vi vim -c "set backup" "$FILE"
}
