# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: install
save()
{
        install -m 644 new "$FILE"
}
