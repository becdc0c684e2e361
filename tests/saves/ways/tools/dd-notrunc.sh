# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: dd of=FILE conv=notrunc
save()
{
        dd if=new of="$FILE" bs=512 conv=notrunc 2>&1
}
