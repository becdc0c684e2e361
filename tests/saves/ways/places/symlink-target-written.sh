# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the file behind a symbolic link is written
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
}

save()
{
        cat new >real/datastore.cfg
}
