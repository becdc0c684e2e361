# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: busybox vi
# needs: busybox tmux
save()
{
        with_vi busybox vi "$FILE"
}
