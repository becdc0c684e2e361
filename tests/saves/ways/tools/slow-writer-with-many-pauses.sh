# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: one open, 6 pauses of 1 s
save()
{
        {
                for start in 1 101 201 301 401 501; do
                        sed -n "$start,$((start + 99))p" new
                        sleep 1
                done
                tail -n +601 new
        } >"$FILE"
}
