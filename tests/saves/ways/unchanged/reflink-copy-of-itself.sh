# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: rsync --inplace of the same bytes
# generations: 0
# needs: rsync
save()
{
        rsync --inplace --ignore-times old "$FILE"
}
