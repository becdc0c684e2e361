# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a sparse file of 1 TiB in its place, then the file
# alarm: yes
save()
{
        truncate -s 1T "$FILE"
        await_state unreadable
        cat new >"$FILE"
}
