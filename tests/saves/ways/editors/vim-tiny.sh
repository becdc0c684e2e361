# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim.tiny
# needs: vim.tiny tmux
save()
{
        with_vi vim.tiny "$FILE"
}
