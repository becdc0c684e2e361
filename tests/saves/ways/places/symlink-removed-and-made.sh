# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the link is removed, another made 0.5 s later
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
}

save()
{
        cp new real/other.cfg
        rm "$FILE"
        sleep 0.5
        ln -s ../real/other.cfg "$FILE"
        saved
}
