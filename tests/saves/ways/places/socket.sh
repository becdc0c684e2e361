# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a socket in its place, then the file
# alarm: yes
save()
{
        rm "$FILE"
        (cd etc && syscalls socket datastore.cfg)
        await_state unreadable
        rm "$FILE"
        cat new >"$FILE"
}
