# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a mapping of another hard link
prepare()
{
        mkdir -p etc elsewhere
        cp old "$FILE"
        ln "$FILE" elsewhere/link
}

save()
{
        syscalls map-and-unmap elsewhere/link new
}
