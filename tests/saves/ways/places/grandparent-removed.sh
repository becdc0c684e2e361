# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: all directories are removed and made anew 0.5 s later
# file: a/b/c/datastore.cfg
save()
{
        rm -r a
        sleep 0.5
        mkdir -p a/b/c
        cat new >"$FILE"
}
