# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a descriptor that a child inherits and closes later
save()
{
        syscalls pass-on "$FILE" new
        until_true is new
}
