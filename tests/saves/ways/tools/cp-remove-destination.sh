# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp --remove-destination
save()
{
        cp --remove-destination new "$FILE"
}
