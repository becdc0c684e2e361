# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its directory is exchanged: renameat2(2)
prepare()
{
        mkdir -p etc coming
        cp old "$FILE"
        cp new coming/datastore.cfg
}

save()
{
        syscalls exchange etc coming
        saved
}
