# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp --sparse=always
save()
{
        cp --sparse=always new "$FILE"
}
