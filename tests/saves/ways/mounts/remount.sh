# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its file system is remounted read-only and back; then the save
# needs: root mounts
prepare()
{
        mkdir -p etc
        mount -t tmpfs tmpfs etc
        cp old "$FILE"
}

save()
{
        mount -o remount,ro etc
        mount -o remount,rw etc
        cat new >"$FILE"
}
