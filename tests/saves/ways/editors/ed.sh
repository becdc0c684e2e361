# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: ed
# needs: ed
save()
{
        printf ',s/v0/v1/g\nw\nq\n' | ed -s "$FILE" 
}
