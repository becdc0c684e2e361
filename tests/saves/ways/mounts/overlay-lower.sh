# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: overlay: the lower layer is edited underneath
# needs: mounts overlay
# found: poll
# options: --ttl 1
prepare()
{
        mkdir -p etc lower upper work
        cp old lower/datastore.cfg
        mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work etc
}

save()
{
        cat new >lower/datastore.cfg
        saved
}
