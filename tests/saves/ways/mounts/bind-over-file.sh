# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a bind mount over the file
# needs: mounts
save()
{
        mount --bind new "$FILE"
        saved
}
