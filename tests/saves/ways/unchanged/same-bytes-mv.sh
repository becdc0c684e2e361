# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: an identical copy by mv
# generations: 0
save()
{
        cp old etc/copy && mv etc/copy "$FILE"
}
