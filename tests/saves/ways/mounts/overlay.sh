# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: overlay: saved through the mount
# needs: mounts overlay
prepare()
{
        mkdir -p etc lower upper work
        cp old lower/datastore.cfg
        mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work etc
}

save()
{
        cp new etc/temporary
        mv etc/temporary "$FILE"
}
