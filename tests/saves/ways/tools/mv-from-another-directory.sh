# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: mv from another directory
save()
{
        cp new temporary && mv temporary "$FILE"
}
