# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: rsync
# needs: rsync
prepare()
{
        mkdir -p etc
        cp old "$FILE"
        touch -d "1 hour ago" "$FILE"
}

save()
{
        rsync new "$FILE"
}
