# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a bind mount over the directory above
# needs: mounts
# file: a/b/c/datastore.cfg
prepare()
{
        mkdir -p a/b/c coming/c
        cp old "$FILE"
        cp new coming/c/datastore.cfg
}

save()
{
        mount --bind coming a/b
        saved
}
