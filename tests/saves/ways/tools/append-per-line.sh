# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: >>FILE, an open for each line
save()
{
        : >"$FILE"
        while IFS= read -r line; do
                printf '%s\n' "$line" >>"$FILE"
        done <new
}
