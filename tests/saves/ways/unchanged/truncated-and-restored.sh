# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: emptied and restored 1 s later
# generations: 0
save()
{
        : >"$FILE"
        sleep 1
        cat old >"$FILE"
}
