# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a shared mapping, with a pause in the middle
save()
{
        syscalls map-slowly "$FILE" new
}
