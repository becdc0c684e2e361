# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp
save()
{
        cp new "$FILE"
}
