# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the same bytes: dd conv=notrunc
# generations: 0
save()
{
        dd if=old of="$FILE" bs=512 conv=notrunc 2>&1
}
