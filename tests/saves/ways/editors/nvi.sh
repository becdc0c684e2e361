# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: nvi
# needs: nvi tmux
save()
{
        with_vi nvi "$FILE"
}
