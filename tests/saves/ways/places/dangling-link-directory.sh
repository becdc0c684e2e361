# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a link into a missing directory, which comes with the file
# alarm: yes
save()
{
        ln -sf ../real/coming.cfg "$FILE"
        await_state missing
        mkdir real
        cat new >real/coming.cfg
}
