# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the same bytes through a mapping
# generations: 0
save()
{
        syscalls map-and-unmap "$FILE" old
}
