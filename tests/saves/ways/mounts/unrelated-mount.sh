# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: something else is mounted and unmounted
# needs: mounts
# generations: 0
save()
{
        mkdir -p elsewhere
        mount -t tmpfs tmpfs elsewhere
        umount elsewhere
}
