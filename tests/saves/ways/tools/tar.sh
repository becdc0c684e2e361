# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: tar -x over it
prepare()
{
        mkdir -p etc source
        cp new source/datastore.cfg
        tar -c -C source -f archive datastore.cfg
        cp old "$FILE"
}

save()
{
        tar -x -C etc -f archive
}
