# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the same bytes, with a pause of 1 s
# generations: 0
save()
{
        { head -c 5000 old; sleep 1; tail -c +5001 old; } >"$FILE"
}
