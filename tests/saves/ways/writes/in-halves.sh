# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the second half first, two opens 0.6 s apart
save()
{
        syscalls in-halves "$FILE" new
}
