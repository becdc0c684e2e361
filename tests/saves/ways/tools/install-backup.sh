# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: install --backup
save()
{
        install --backup -m 644 new "$FILE"
}
