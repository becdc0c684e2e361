# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: git checkout
# needs: git
prepare()
{
        mkdir -p etc
        cd etc
        git init -q
        git config user.email test@example.com
        git config user.name test
        cp ../new datastore.cfg
        git add datastore.cfg
        git commit -qm new
        git tag new
        cp ../old datastore.cfg
        git commit -qam old
}

save()
{
        git -C etc checkout -q new
}
