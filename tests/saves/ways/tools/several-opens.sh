# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: head >FILE, then tail >>FILE at once
save()
{
        head -n 400 new >"$FILE"
        tail -n +401 new >>"$FILE"
}
