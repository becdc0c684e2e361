# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: half of it in place, then the whole by rename
save()
{
        head -n 300 new >"$FILE"
        cp new etc/temporary
        mv etc/temporary "$FILE"
}
