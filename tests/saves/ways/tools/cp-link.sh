# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cp -lf (a hard link in its place)
save()
{
        cp -lf new "$FILE"
}
