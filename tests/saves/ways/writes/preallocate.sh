# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: posix_fallocate(3), a pause, then the bytes
save()
{
        syscalls preallocate "$FILE" new
}
