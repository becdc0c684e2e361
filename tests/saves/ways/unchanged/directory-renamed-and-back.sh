# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its directory renamed and back
# generations: 0
save()
{
        mv etc away
        sleep 0.2
        mv away etc
}
