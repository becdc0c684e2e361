# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: chown
# generations: 0
# needs: root
save()
{
        chown 65534:65534 "$FILE"
}
