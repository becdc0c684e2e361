# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a shared mapping, unmapped and closed
save()
{
        syscalls map-and-unmap "$FILE" new
}
