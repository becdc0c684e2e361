# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: O_SYNC, block by block
save()
{
        syscalls sync-each "$FILE" new
}
