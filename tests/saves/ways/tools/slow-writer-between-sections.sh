# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: one open, a pause of 1 s between two sections
save()
{
        { head -n 8 new; sleep 1; tail -n +9 new; } >"$FILE"
}
