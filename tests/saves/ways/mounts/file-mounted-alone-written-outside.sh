# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the file alone is mounted, and written outside
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
        cat new >real.cfg
}
