# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: touch -d 2001-01-01
# generations: 0
save()
{
        touch -d 2001-01-01 "$FILE"
}
