# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: mv away and back 1 s later
# generations: 0
save()
{
        mv "$FILE" etc/away
        sleep 1
        mv etc/away "$FILE"
}
