# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: saved through another mount of its directory
# needs: mounts
prepare()
{
        mkdir -p etc other
        cp old "$FILE"
        mount --bind etc other
}

save()
{
        cp new other/temporary
        mv other/temporary other/datastore.cfg
}
