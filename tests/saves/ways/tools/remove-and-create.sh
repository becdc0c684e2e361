# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: rm FILE; cat NEW >FILE
save()
{
        rm "$FILE"
        cat new >"$FILE"
}
