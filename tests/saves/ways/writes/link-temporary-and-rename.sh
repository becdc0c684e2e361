# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: O_TMPFILE, linkat(2), rename(2)
save()
{
        syscalls link-temporary "$WORK/etc/temporary" new
        mv etc/temporary "$FILE"
}
