# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: vim -es (ex)
# needs: vim
save()
{
        vim -es -c %s/v0/v1/g -c wq "$FILE"
}
