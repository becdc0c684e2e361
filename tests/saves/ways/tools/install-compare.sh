# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: install --compare
save()
{
        install --compare -m 644 new "$FILE"
}
