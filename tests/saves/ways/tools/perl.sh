# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: perl -pi
# needs: perl
save()
{
        perl -pi -e s/v0/v1/ "$FILE"
}
