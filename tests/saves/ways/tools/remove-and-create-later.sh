# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: rm FILE, 1 s later cat NEW >FILE
save()
{
        rm "$FILE"
        sleep 1
        cat new >"$FILE"
}
