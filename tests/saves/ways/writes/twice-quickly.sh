# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: NEW saved twice within the time it must rest
save()
{
        cat new >"$FILE"
        sleep 0.05
        cat new >"$FILE"
}
