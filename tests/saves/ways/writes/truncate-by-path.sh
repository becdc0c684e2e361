# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: truncate(2) by its path
# contents: v0
prepare()
{
        mkdir -p etc
        cp old "$FILE"
        printf '\n\n\n\n' >>"$FILE"
}

save()
{
        syscalls truncate "$FILE" "$(wc -c <old)"
}
