# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: mv
save()
{
        cp new etc/temporary && mv etc/temporary "$FILE"
}
