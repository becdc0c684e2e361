# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a writer that is killed half way, saved again 1 s later
save()
{
        syscalls die-half-way "$FILE" new || true
        sleep 1
        cat new >"$FILE"
}
