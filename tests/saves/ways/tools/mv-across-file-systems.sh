# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: mv across file systems
# needs: shm
prepare()
{
        mkdir -p etc
        cp old "$FILE"
        mktemp /dev/shm/cfgwatch-XXXXXX >temporary
        cp new "$(cat temporary)"
}

save()
{
        mv "$(cat temporary)" "$FILE"
}

clean()
{
        rm -f "$(cat temporary)"
}
