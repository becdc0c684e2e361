# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: invalid content, shown as that, then repaired
# alarm: yes
save()
{
        printf 'datastore: x\n\tcomment y\n\tbroken\n' >"$FILE"
        await_state invalid
        cat new >"$FILE"
}
