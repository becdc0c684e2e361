# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: >FILE, then >>FILE, 1 s between
save()
{
        head -n 300 new >"$FILE"
        sleep 1
        tail -n +301 new >>"$FILE"
}
