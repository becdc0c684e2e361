# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp --reflink=auto
save()
{
        cp --reflink=auto new "$FILE"
}
