# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a bind mount over its directory
# needs: mounts
prepare()
{
        mkdir -p etc coming
        cp old "$FILE"
        cp new coming/datastore.cfg
}

save()
{
        mount --bind coming etc
        saved
}
