# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: O_APPEND, a write(2) for each line
save()
{
        syscalls append-lines "$FILE" new
}
