# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp --backup=numbered
save()
{
        cp --backup=numbered new "$FILE"
}
