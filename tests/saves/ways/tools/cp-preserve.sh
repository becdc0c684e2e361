# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp -p
save()
{
        cp -p new "$FILE"
}
