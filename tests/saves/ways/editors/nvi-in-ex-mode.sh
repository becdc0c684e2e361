# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: nvi -e -s (nex)
# needs: nvi
save()
{
        printf '%%s/v0/v1/g\nwq\n' | nvi -e -s "$FILE"
}
