# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: dd of=FILE conv=notrunc from a slow pipe
save()
{
        { head -c 5000 new; sleep 0.6; tail -c +5001 new; } | dd of="$FILE" bs=1000 conv=notrunc 2>&1
}
