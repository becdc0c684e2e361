# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: patch
# needs: patch
prepare()
{
        mkdir -p etc
        cp old "$FILE"
        diff old new >difference || true
}

save()
{
        patch -s "$FILE" difference
}
