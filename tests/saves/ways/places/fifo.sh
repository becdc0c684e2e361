# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a FIFO in its place, then the file
# alarm: yes
save()
{
        rm "$FILE"
        mkfifo "$FILE"
        await_state unreadable
        rm "$FILE"
        cat new >"$FILE"
}
