# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the last of a chain of links through directories is changed
prepare()
{
        mkdir -p etc a b c one two
        cp old one/datastore.cfg
        cp new two/datastore.cfg
        ln -s ../one c/current
        ln -s ../c/current/datastore.cfg b/link
        ln -s ../b/link a/link
        ln -s ../a/link "$FILE"
}

save()
{
        ln -sfn ../two c/current
        saved
}
