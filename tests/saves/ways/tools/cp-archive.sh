# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp -a
save()
{
        cp -a new "$FILE"
}
