# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a directory in its place, then the file
# alarm: yes
save()
{
        rm "$FILE"
        mkdir "$FILE"
        await_state unreadable
        rmdir "$FILE"
        cp new etc/temporary
        mv etc/temporary "$FILE"
}
