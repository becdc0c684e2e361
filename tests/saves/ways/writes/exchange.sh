# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: renameat2(2) with RENAME_EXCHANGE
save()
{
        cp new etc/other
        syscalls exchange etc/other "$FILE"
}
