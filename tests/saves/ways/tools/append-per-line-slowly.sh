# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: >>FILE, an open for each line, for longer than a save is deferred
save()
{
        : >"$FILE"
        while IFS= read -r line; do
                printf '%s\n' "$line" >>"$FILE"
                sleep 0.009
        done <new
}
