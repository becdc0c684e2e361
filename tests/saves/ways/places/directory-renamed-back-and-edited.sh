# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its directory is renamed away for 3 s and back; then the save
# alarm: yes
save()
{
        mv etc away
        await_state missing
        mv away etc
        await_state valid
        cat new >"$FILE"
}
