# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its file system is unmounted, and mounted again 0.5 s later; then the save
# needs: mounts
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        mount --bind real etc
}

save()
{
        umount etc
        sleep 0.5
        mount --bind real etc
        sleep 0.3
        cat new >"$FILE"
}
