# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: awk >TEMPORARY && mv
save()
{
        awk '{ gsub("v0", "v1"); print }' "$FILE" >etc/temporary && mv etc/temporary "$FILE"
}
