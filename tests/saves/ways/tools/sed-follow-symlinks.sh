# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: sed -i --follow-symlinks
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
}

save()
{
        sed -i --follow-symlinks s/v0/v1/ "$FILE"
}
