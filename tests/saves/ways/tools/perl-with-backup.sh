# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: perl -pi.bak
# needs: perl
save()
{
        perl -pi.bak -e s/v0/v1/ "$FILE"
}
