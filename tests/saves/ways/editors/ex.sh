# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: ex
# needs: ex
save()
{
        printf '%%s/v0/v1/g\nwq\n' | ex -s "$FILE"
}
