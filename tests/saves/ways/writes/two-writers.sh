# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: two that write the same bytes at the same time
save()
{
        { head -c 3000 new; sleep 0.3; tail -c +3001 new; } >"$FILE" &
        sleep 0.1
        { head -c 6000 new; sleep 0.4; tail -c +6001 new; } 1<>"$FILE"
        wait
}
