# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim.tiny, backupcopy=yes
# needs: vim.tiny tmux
save()
{
        with_vi vim.tiny -c "set backupcopy=yes" "$FILE"
}
