# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: another mount is moved over its directory
# needs: root mounts
prepare()
{
        mkdir -p etc coming
        cp old "$FILE"
        mount -t tmpfs tmpfs coming
        cp new coming/datastore.cfg
}

save()
{
        mount --move coming etc
        saved
}
