# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: ln -f
save()
{
        ln -f new "$FILE"
}
