# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: renamed into place first, written and closed later
save()
{
        syscalls rename-then-write "$FILE" new
}
