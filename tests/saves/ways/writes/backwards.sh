# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the last block first
save()
{
        syscalls backwards "$FILE" new
}
