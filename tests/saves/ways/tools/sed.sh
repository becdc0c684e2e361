# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: sed -i
save()
{
        sed -i s/v0/v1/ "$FILE"
}
