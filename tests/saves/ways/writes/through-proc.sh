# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: through /proc/PID/fd of another process
save()
{
        exec 3<"$FILE"
        cat new >"/proc/$$/fd/3"
}
