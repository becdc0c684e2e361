# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: busybox cpio -iu
# needs: busybox
prepare()
{
        mkdir -p etc source
        cp new source/datastore.cfg
        (cd source && echo datastore.cfg | busybox cpio -o -H newc >../archive)
        cp old "$FILE"
}

save()
{
        cd etc && busybox cpio -iu <../archive 2>&1
}
