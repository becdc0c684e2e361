# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: printf >FILE, a line each
save()
{
        while IFS= read -r line; do
                printf '%s\n' "$line"
        done <new >"$FILE"
}
