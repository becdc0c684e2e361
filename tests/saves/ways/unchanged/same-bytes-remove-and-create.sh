# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: removed, the same bytes 1 s later
# generations: 0
save()
{
        rm "$FILE"
        sleep 1
        cat old >"$FILE"
}
