# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: overlay: written through the mount, which copies it up
# needs: mounts overlay
prepare()
{
        mkdir -p etc lower upper work
        cp old lower/datastore.cfg
        mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work etc
}

save()
{
        cat new >"$FILE"
}
