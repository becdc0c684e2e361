# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp -sf (a symbolic link in its place)
save()
{
        cp -sf "$WORK/new" "$FILE"
}
