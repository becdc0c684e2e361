# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its directory is renamed away, another takes its place
prepare()
{
        mkdir -p etc coming
        cp old "$FILE"
        cp new coming/datastore.cfg
}

save()
{
        mv etc previous
        mv coming etc
        saved
}
