# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: : >FILE, 0.5 s later cat NEW >FILE
save()
{
        : >"$FILE"
        sleep 0.5
        cat new >"$FILE"
}
