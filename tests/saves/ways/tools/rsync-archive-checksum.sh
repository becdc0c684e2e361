# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: rsync -ac
# needs: rsync
save()
{
        rsync -ac new "$FILE"
}
