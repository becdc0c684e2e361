# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a shared mapping that is kept
# found: ttl
# options: --ttl 1
save()
{
        syscalls map-and-keep "$FILE" new
        saved
}
