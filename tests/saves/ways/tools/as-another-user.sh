# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cat NEW >FILE by another user
# needs: root
prepare()
{
        mkdir -p etc
        cp old "$FILE"
        chmod 666 "$FILE"
        chmod 755 .
}

save()
{
        chroot --userspec=65534:65534 / sh -c "cat $WORK/new >$FILE"
}
