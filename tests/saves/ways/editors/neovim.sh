# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: neovim
# needs: nvim tmux
save()
{
        with_vi nvim "$FILE"
}
