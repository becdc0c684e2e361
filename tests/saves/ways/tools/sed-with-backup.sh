# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: sed -i.bak
save()
{
        sed -i.bak s/v0/v1/ "$FILE"
}
