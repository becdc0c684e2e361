# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: mv away and back at once
# generations: 0
save()
{
        mv "$FILE" etc/away
        mv etc/away "$FILE"
}
