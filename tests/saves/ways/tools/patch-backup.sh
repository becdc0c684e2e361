# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: patch --backup
# needs: patch
prepare()
{
        mkdir -p etc
        cp old "$FILE"
        diff old new >difference || true
}

save()
{
        patch -s --backup "$FILE" difference
}
