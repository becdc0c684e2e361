# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a dangling link in its place, then its target comes
# alarm: yes
prepare()
{
        mkdir -p etc real
        cp old "$FILE"
}

save()
{
        ln -sf ../real/coming.cfg "$FILE"
        await_state missing
        cat new >real/coming.cfg
}
