# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: FUSE (bindfs): replaced by rename underneath
# needs: mounts fuse bindfs
# found: poll
# options: --ttl 1
prepare()
{
        mkdir -p etc real
        cp old real/datastore.cfg
        bindfs --no-allow-other real etc
}

save()
{
        cp new real/temporary
        mv real/temporary real/datastore.cfg
        saved
}

clean()
{
        fusermount3 -uz etc || umount -l etc || true
}
