# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: written in another mount namespace
# needs: mounts
save()
{
        unshare -m sh -c "cat new >$FILE"
}
