# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: gzip -d >FILE
prepare()
{
        mkdir -p etc
        gzip -kc new >new.gz
        cp old "$FILE"
}

save()
{
        gzip -dc new.gz >"$FILE"
}
