# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a file takes the place of the link
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
}

save()
{
        cp new etc/temporary
        mv etc/temporary "$FILE"
}
