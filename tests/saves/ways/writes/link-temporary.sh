# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: O_TMPFILE and linkat(2) where it was removed
save()
{
        rm "$FILE"
        syscalls link-temporary "$FILE" new
}
