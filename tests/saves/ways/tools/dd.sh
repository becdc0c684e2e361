# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: dd of=FILE
save()
{
        dd if=new of="$FILE" bs=512 2>&1
}
