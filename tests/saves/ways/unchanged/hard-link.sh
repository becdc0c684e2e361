# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: another hard link to it
# generations: 0
save()
{
        ln "$FILE" elsewhere
}
