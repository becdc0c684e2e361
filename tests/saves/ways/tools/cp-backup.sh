# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp --backup
save()
{
        cp --backup new "$FILE"
}
