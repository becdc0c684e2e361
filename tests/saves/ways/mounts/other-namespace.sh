# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: saved in another mount namespace
# needs: mounts
save()
{
        unshare -m sh -c "cp new etc/temporary && mv etc/temporary $FILE"
}
