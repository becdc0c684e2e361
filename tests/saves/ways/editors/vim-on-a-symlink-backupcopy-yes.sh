# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim on a symbolic link, backupcopy=yes
# needs: vim tmux
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        ln -s ../real/datastore.cfg "$FILE"
}

save()
{
        with_vi vim -c "set backupcopy=yes" "$FILE"
}
