# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the directory above is renamed away, another takes its place
# file: a/b/c/datastore.cfg
prepare()
{
        mkdir -p a/b/c coming/c
        cp old "$FILE"
        cp new coming/c/datastore.cfg
}

save()
{
        mv a/b previous
        mv coming a/b
        saved
}
