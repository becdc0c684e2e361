# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its directory is removed, and made anew 0.5 s later
save()
{
        rm -r etc
        sleep 0.5
        mkdir etc
        cat new >"$FILE"
}
