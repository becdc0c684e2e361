# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim on a file with two names
# needs: vim tmux
prepare()
{
        mkdir -p etc
        cp old "$FILE"
        ln "$FILE" other
}

save()
{
        with_vi vim "$FILE"
}
