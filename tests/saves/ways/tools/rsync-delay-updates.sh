# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: rsync -r --delay-updates of the directory
# needs: rsync
prepare()
{
        mkdir -p etc source
        cp old "$FILE"
        cp new source/datastore.cfg
}

save()
{
        rsync -rc --delay-updates source/ etc/
}
