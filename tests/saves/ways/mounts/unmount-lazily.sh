# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its file system is unmounted with umount --lazy
# needs: mounts
prepare()
{
        mkdir -p etc
        cp new "$FILE"
        mount -t tmpfs tmpfs etc
        cp old "$FILE"
}

save()
{
        umount --lazy etc
        saved
}
