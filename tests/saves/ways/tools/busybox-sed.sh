# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: busybox sed -i
# needs: busybox
save()
{
        busybox sed -i s/v0/v1/ "$FILE"
}
