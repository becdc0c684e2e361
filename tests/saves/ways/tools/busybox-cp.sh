# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: busybox cp
# needs: busybox
save()
{
        busybox cp new "$FILE"
}
