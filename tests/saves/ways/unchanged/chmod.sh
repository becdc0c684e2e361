# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: chmod
# generations: 0
save()
{
        chmod 600 "$FILE"
}
