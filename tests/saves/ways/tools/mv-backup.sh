# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: mv --backup
save()
{
        cp new etc/temporary && mv --backup etc/temporary "$FILE"
}
