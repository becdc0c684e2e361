# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: : >FILE, 1.5 s later cat NEW >FILE
save()
{
        : >"$FILE"
        sleep 1.5
        cat new >"$FILE"
}
