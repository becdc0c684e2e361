# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: through another hard link in another directory
prepare()
{
        mkdir -p etc elsewhere
        cp old "$FILE"
        ln "$FILE" elsewhere/link
}

save()
{
        cat new >elsewhere/link
}
