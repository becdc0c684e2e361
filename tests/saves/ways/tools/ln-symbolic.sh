# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: ln -sf to another file
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
        cp new real/other.cfg
}

save()
{
        ln -sf ../real/other.cfg "$FILE"
}
