# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a loop of links in its place, then the file
# alarm: yes
save()
{
        ln -s datastore.cfg etc/loop
        ln -sf loop "$FILE"
        await_state unreadable
        cp new etc/temporary
        mv -T etc/temporary "$FILE"
}
