# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: fallocate --keep-size
# generations: 0
# needs: fallocate
save()
{
        fallocate --keep-size --length 1000000 "$FILE"
}
