# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the same bytes: cat SAME >FILE
# generations: 0
save()
{
        cat old >"$FILE"
}
