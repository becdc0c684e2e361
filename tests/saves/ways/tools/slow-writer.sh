# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: one open, a pause of 1 s in the middle
save()
{
        { head -c 4096 new; sleep 1; tail -c +4097 new; } >"$FILE"
}
