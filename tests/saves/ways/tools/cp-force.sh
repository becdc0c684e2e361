# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp -f
save()
{
        cp -f new "$FILE"
}
