# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: tee FILE
save()
{
        tee "$FILE" <new >/dev/null
}
