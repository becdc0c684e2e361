# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: fallocate --collapse-range cuts blocks out
# needs: fallocate collapse
# contents: v0
prepare()
{
        mkdir -p etc
        { yes "" | head -c 4096; cat old; } >"$FILE"
}

save()
{
        fallocate --collapse-range --offset 0 --length 4096 "$FILE"
}
