# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: touch
# generations: 0
save()
{
        touch "$FILE"
}
