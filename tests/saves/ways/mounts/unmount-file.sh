# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a bind mount over the file is unmounted
# needs: mounts
prepare()
{
        mkdir -p etc
        cp new "$FILE"
        mount --bind old "$FILE"
}

save()
{
        umount "$FILE"
        saved
}
