# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the link is replaced by another: ln -s, mv
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
}

save()
{
        cp new real/other.cfg
        ln -s ../real/other.cfg etc/link
        mv -T etc/link "$FILE"
}
