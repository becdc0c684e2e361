# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: sponge
# needs: sponge
save()
{
        sed s/v0/v1/ "$FILE" | sponge "$FILE"
}
