# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a shared mapping that is kept
# found: ttl
# options: --ttl 1
# caveat: no event at all; the TTL finds it
save()
{
        syscalls map-and-keep "$FILE" new
        saved
}
