# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: truncate -s (ftruncate)
# contents: v0
prepare()
{
        mkdir -p etc
        cp old "$FILE"
        printf '\n\n\n\n' >>"$FILE"
}

save()
{
        truncate -s "$(wc -c <old)" "$FILE"
}
