# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a bind mount over its directory is unmounted
# needs: mounts
prepare()
{
        mkdir -p etc coming
        cp new "$FILE"
        cp old coming/datastore.cfg
        mount --bind coming etc
}

save()
{
        umount etc
        saved
}
