# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: sed -i on a symbolic link, which becomes a file
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
}

save()
{
        sed -i s/v0/v1/ "$FILE"
}
