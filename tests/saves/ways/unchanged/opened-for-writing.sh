# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: opened for writing and closed
# generations: 0
save()
{
        : >>"$FILE"
}
