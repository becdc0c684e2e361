# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: rsync --inplace
# needs: rsync
save()
{
        rsync --inplace --checksum new "$FILE"
}
