# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its directory is removed, and made anew after the file was shown as missing
# alarm: yes
save()
{
        rm -r etc
        await_state missing
        mkdir etc
        cat new >"$FILE"
}
