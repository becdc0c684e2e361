# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a file in the place of its directory, then all is well again
# alarm: yes
save()
{
        mv etc previous
        : >etc
        await_state missing
        rm etc
        mkdir etc
        cat new >"$FILE"
}
