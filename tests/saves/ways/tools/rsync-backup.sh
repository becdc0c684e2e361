# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: rsync --backup
# needs: rsync
save()
{
        rsync --backup --checksum new "$FILE"
}
