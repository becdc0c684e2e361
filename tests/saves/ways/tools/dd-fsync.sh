# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: dd of=FILE oflag=dsync
save()
{
        dd if=new of="$FILE" bs=4096 oflag=dsync 2>&1
}
