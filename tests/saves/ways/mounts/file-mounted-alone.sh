# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: written through a bind mount of the file alone
# needs: mounts
prepare()
{
        mkdir -p etc
        cp old real.cfg
        : >"$FILE"
        mount --bind real.cfg "$FILE"
}

save()
{
        cat new >"$FILE"
}
