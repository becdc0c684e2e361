# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: >FILE, then >>FILE, 0.5 s between
save()
{
        head -n 300 new >"$FILE"
        sleep 0.5
        sed -n 301,500p new >>"$FILE"
        sleep 0.5
        tail -n +501 new >>"$FILE"
}
