# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: sed -i without a match
# generations: 0
save()
{
        sed -i s/nothing/else/ "$FILE"
}
