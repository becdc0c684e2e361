# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the file behind a symbolic link is replaced by rename
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
}

save()
{
        cp new real/temporary
        mv real/temporary real/datastore.cfg
}
