# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its file system is unmounted, another is mounted 0.5 s later
# needs: mounts
prepare()
{
        mkdir -p etc real other
        cp old real/datastore.cfg
        cp new other/datastore.cfg
        mount --bind real etc
}

save()
{
        umount etc
        sleep 0.5
        mount --bind other etc
        saved
}
